import { MAX_UPLOAD_BYTES, MAX_UPLOAD_ENTRIES, type UploadAnswer } from '@nexus/contracts';
import {
  hashAt,
  planBatch,
  readChains,
  type Batch,
  type BatchLimits,
  type ChainRow,
} from '../journal/journal-reader.ts';
import { writeSetting } from '../store/settings.ts';
import type { TillContext } from '../till-context.ts';
import { noteAcknowledged, pruneJournal } from './acknowledge.ts';
import { nextStep, type Step, type Verdict } from './next-step.ts';
import { prepareUpload } from './prepare-upload.ts';

export const UPLOAD_LIMITS: BatchLimits = { entries: MAX_UPLOAD_ENTRIES, bytes: MAX_UPLOAD_BYTES };

/** This device's journal was cloned or restored: seen by what the server has, or says, of its chain. */
export interface CloneFinding {
  readonly chain: string;
  readonly verdict: 'ahead' | 'other-side' | 'forked';
  readonly seq: number;
  readonly at: number;
}

export interface SendReport {
  readonly uploads: number;
  readonly entries: number;
  readonly pruned: number;
  readonly clone: CloneFinding | null;
}

export interface SendOptions {
  readonly limits?: BatchLimits;
  /** Say how things stand even where there is nothing to send. */
  readonly heartbeat?: boolean;
}

/**
 * Sends everything the server has not acknowledged, chain by chain, from the server's own watermark on. Resolves when
 * nothing is left; rejects with `TransportError` where the line fails, and the next call goes on from there.
 */
export const sendJournal = async (ctx: TillContext, options: SendOptions = {}): Promise<SendReport> => {
  const total = { uploads: 0, entries: 0, pruned: 0, clone: null as CloneFinding | null };
  const chains = await readChains(ctx.store);
  for (const chain of chains) {
    // A restored server has forgotten chains that were left behind too, and only asking tells: while any of it is kept.
    const asks = options.heartbeat === true && (chain === chains.at(-1) || chain.head.seq > 0);
    if (chain.acknowledged >= chain.head.seq && !asks) continue;
    const report = await sendChain(ctx, chain, options.limits ?? UPLOAD_LIMITS);
    total.uploads += report.uploads;
    total.entries += report.entries;
    total.pruned += report.pruned;
    total.clone ??= report.clone;
  }
  return total;
};

const sendChain = async (ctx: TillContext, start: ChainRow, limits: BatchLimits): Promise<SendReport> => {
  let chain = start;
  let next = chain.acknowledged + 1;
  let retreats = 0;
  let uploads = 0;
  let entries = 0;
  let clone: CloneFinding | null = null;
  let answer: UploadAnswer;
  do {
    const batch = await batchFrom(ctx, chain, next, limits);
    const { upload } = await prepareUpload(ctx, chain, batch);
    answer = await ctx.ports.transport.upload(upload);
    const step = await takeAnswer(ctx, chain, batch, answer, retreats);
    ({ next, retreats } = step);
    uploads++;
    entries += batch.count;
    clone ??= await noteClone(ctx, chain, answer, step.verdict);
    // Sales go on while this runs: what they append is sent too, and what the server has now is where we stand.
    chain = await freshRow(ctx, chain);
  } while (next <= chain.head.seq);
  const pruned = await ctx.store.write((tx) => pruneJournal(tx, chain.no, answer.serverTime));
  return { uploads, entries, pruned, clone };
};

/** From the oldest kept entry on, where what comes before is pruned. */
const batchFrom = async (ctx: TillContext, chain: ChainRow, next: number, limits: BatchLimits): Promise<Batch> =>
  next > chain.head.seq
    ? { first: chain.head.seq + 1, count: 0 }
    : planBatch(ctx.store, chain.no, Math.max(next, chain.keptFrom), limits);

const freshRow = async (ctx: TillContext, chain: ChainRow): Promise<ChainRow> =>
  (await readChains(ctx.store)).find(({ no }) => no === chain.no) ?? chain;

/** Decides on an answer and keeps what it says. Also for uploads that somebody else sent out of turn. */
export const takeAnswer = async (
  ctx: TillContext,
  chain: ChainRow,
  batch: Batch,
  answer: UploadAnswer,
  retreats: number,
): Promise<Step> => {
  const hashThere = await hashAt(ctx.store, chain.no, answer.through.seq);
  const own = {
    acknowledged: chain.acknowledged,
    headSeq: chain.head.seq,
    keptFrom: chain.keptFrom,
    hashThere,
  };
  const step = nextStep(batch, answer, own, retreats);
  await ctx.store.write(
    (tx) => noteAcknowledged(tx, chain.no, step.acknowledged, answer),
    () => {
      ctx.state.serverOffsetMs = answer.serverTime - ctx.ports.clock.nowMs();
    },
  );
  return step;
};

/** Only of the chain that is written to: one that was left behind for this very reason stays as it is. */
const noteClone = async (
  ctx: TillContext,
  chain: ChainRow,
  answer: UploadAnswer,
  seen: Verdict,
): Promise<CloneFinding | null> => {
  const verdict = seen === 'ahead' || seen === 'other-side' ? seen : answer.forks === undefined ? null : 'forked';
  if (verdict === null || chain.id !== ctx.journal.head.chain) return null;
  const finding: CloneFinding = { chain: chain.id, verdict, seq: answer.through.seq, at: ctx.ports.clock.nowMs() };
  await ctx.store.write((tx) => writeSetting(tx, 'clone', finding));
  return finding;
};
