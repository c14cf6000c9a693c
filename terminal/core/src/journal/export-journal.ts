import { MAX_UPLOAD_BYTES, MAX_UPLOAD_ENTRIES } from '@nexus/contracts';
import { encodeFileHeader, encodeFileUpload } from '@nexus/journal';
import { prepareUpload } from '../sync/prepare-upload.ts';
import { factsOf, type TillContext } from '../till-context.ts';
import { planBatch, readChains, type Batch } from './journal-reader.ts';

const LIMITS = { entries: MAX_UPLOAD_ENTRIES, bytes: MAX_UPLOAD_BYTES };

/** A chain was asked for that this till never wrote. */
export class UnknownChainError extends Error {
  override readonly name = 'UnknownChainError';
}

/**
 * The journal as a signed file, piece by piece: all that this device still keeps of one chain (the newest unless
 * another is named), in uploads as they would travel by network. It may be read in as often as one likes.
 */
export async function* exportJournal(ctx: TillContext, chainId?: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const chains = await readChains(ctx.store);
  const chain = chainId === undefined ? chains.at(-1) : chains.find(({ id }) => id === chainId);
  if (!chain) throw new UnknownChainError('this till has not written that chain');
  const batches: Batch[] = [];
  for (let first = chain.keptFrom; first <= chain.head.seq;) {
    const batch = await planBatch(ctx.store, chain.no, first, LIMITS);
    batches.push(batch);
    first += batch.count;
  }
  yield encodeFileHeader({ terminal: factsOf(ctx.state).terminal.id, chain: chain.id, uploads: batches.length });
  for (const batch of batches) yield encodeFileUpload((await prepareUpload(ctx, chain, batch)).upload);
}
