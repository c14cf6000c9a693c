import { joinLines, signUpload, ZERO_HASH, type SignedUpload } from '@nexus/journal';
import { readLines, type Batch, type ChainRow } from '../journal/journal-reader.ts';
import { readUnsent } from '../journal/unsent.ts';
import { factsOf, type TillContext } from '../till-context.ts';

export interface PreparedUpload {
  readonly batch: Batch;
  readonly upload: SignedUpload;
}

/**
 * Reads, heads and signs an upload. One without lines (`count` 0, `first` behind the head) only says how things stand:
 * the head, and what is unsent.
 */
export const prepareUpload = async (ctx: TillContext, chain: ChainRow, batch: Batch): Promise<PreparedUpload> => {
  const { ports, state } = ctx;
  const publicKey = await ports.keys.publicKey();
  if (!publicKey) throw new Error('this terminal has no key yet');
  const lines = batch.count === 0 ? [] : await readLines(ctx.store, chain.no, batch);
  if (lines.length !== batch.count) throw new Error(`entries from ${batch.first} on are not all kept any more`);
  const unsent = await readUnsent(ctx.store);
  const { terminal, branch } = factsOf(state);
  const body = joinLines(lines.map(({ line }) => line));
  const header = {
    v: 1 as const,
    key: ports.hash(publicKey),
    terminal: terminal.id,
    chain: chain.id,
    first: batch.first,
    count: batch.count,
    body: ports.hash(body),
    last: lines.at(-1)?.hash ?? ZERO_HASH,
    head: { seq: chain.head.seq, hash: chain.head.seq === 0 ? ZERO_HASH : chain.head.hash },
    unsent: {
      count: unsent.entries,
      gross: unsent.gross,
      cur: branch.currency,
      ...(unsent.oldest !== null && { oldest: unsent.oldest }),
    },
    ...(chain.epoch > 0 && { acked: { epoch: chain.epoch, seq: chain.told } }),
    at: ports.clock.nowMs(),
  };
  return { batch, upload: await signUpload(header, body, (bytes) => ports.keys.sign(bytes)) };
};
