import {
  planBatch,
  prepareUpload,
  readChains,
  takeAnswer,
  UPLOAD_LIMITS,
  type BatchLimits,
  type ChainRow,
  type PreparedUpload,
  type Till,
} from '@nexus/terminal-core';

export interface DisorderOptions {
  /** Each upload three times at once. */
  readonly duplicate?: boolean;
  /** Uploads in an order drawn with this. */
  readonly shuffle?: () => number;
  readonly limits?: BatchLimits;
}

/** How often each upload goes out at once under `duplicate`. */
export const DUPLICATES = 3;

/**
 * Sends what a till holds unsent as badly as a network could: repeated and out of order, each upload prepared and
 * signed by the till itself. Then the till's own way of sending finds what is still missing, and ends when the server
 * has acknowledged everything. Rejects with `TransportError`; calling again goes on.
 */
export const sendDisorderly = async (
  till: Till,
  options: DisorderOptions = {},
): Promise<{ readonly uploads: number }> => {
  const { context } = till;
  let uploads = 0;
  for (const chain of await readChains(context.store)) {
    for (const prepared of inOrder(await prepareAll(till, chain, options.limits ?? UPLOAD_LIMITS), options.shuffle)) {
      uploads += await sendOne(till, chain, prepared, options.duplicate ? DUPLICATES : 1);
    }
  }
  const rest = await till.sync.send({ heartbeat: true });
  return { uploads: uploads + rest.uploads };
};

const prepareAll = async (till: Till, chain: ChainRow, limits: BatchLimits): Promise<PreparedUpload[]> => {
  const prepared: PreparedUpload[] = [];
  for (let first = Math.max(chain.acknowledged + 1, chain.keptFrom); first <= chain.head.seq;) {
    const batch = await planBatch(till.context.store, chain.no, first, limits);
    prepared.push(await prepareUpload(till.context, chain, batch));
    first += batch.count;
  }
  return prepared;
};

/** Of answers to the same upload the furthest counts: the others were overtaken on their way. */
const sendOne = async (till: Till, chain: ChainRow, prepared: PreparedUpload, times: number): Promise<number> => {
  const answers = await Promise.all(
    Array.from({ length: times }, () => till.context.ports.transport.upload(prepared.upload)),
  );
  const furthest = answers.reduce((best, answer) => (answer.through.seq > best.through.seq ? answer : best));
  const current = (await readChains(till.context.store)).find(({ no }) => no === chain.no) ?? chain;
  await takeAnswer(till.context, current, prepared.batch, furthest, 0);
  return times;
};

const inOrder = <T>(items: readonly T[], random: (() => number) | undefined): T[] => {
  const order = [...items];
  if (!random) return order;
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
};
