import { TransportError, type PreparedUpload, type Transport } from '@nexus/terminal-core';

/** One till's prepared uploads, in order, and the way they take. */
export interface LoadLane {
  readonly transport: Transport;
  readonly uploads: readonly PreparedUpload[];
}
export interface PushOptions {
  /** Tries for one upload, with a wait between, before the push gives up. */
  readonly tries?: number;
  readonly waitMs?: number;
  readonly onAcknowledged?: (entries: number) => void;
}

/** Pushes all lanes side by side, each upload after the answer to the one before, as tills do. */
export const pushLoad = async (
  lanes: readonly LoadLane[],
  options: PushOptions = {},
): Promise<{ readonly entries: number }> => {
  const counts = await Promise.all(lanes.map((lane) => pushLane(lane, options)));
  return { entries: counts.reduce((sum, count) => sum + count, 0) };
};

const pushLane = async (lane: LoadLane, options: PushOptions): Promise<number> => {
  let entries = 0;
  for (const { upload, batch } of lane.uploads) {
    const answer = await uploadWithRetries(lane.transport, upload, options);
    const last = batch.first + batch.count - 1;
    if (answer.through.seq < last)
      throw new Error(`${last} was sent in order, but is stored through ${answer.through.seq}`);
    entries += batch.count;
    options.onAcknowledged?.(batch.count);
  }
  return entries;
};

const uploadWithRetries = async (transport: Transport, upload: PreparedUpload['upload'], options: PushOptions) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transport.upload(upload);
    } catch (error) {
      const again = error instanceof TransportError && error.failure === 'unreachable';
      if (!again || attempt >= (options.tries ?? 10)) throw error;
      await new Promise((resolve) => setTimeout(resolve, options.waitMs ?? 500));
    }
  }
};
