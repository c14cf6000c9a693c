/**
 * Saves a history of each way through `replayTerminal` under workflows/histories/replay-terminal:
 * `node workflows/src/replay-terminal/record-histories.ts`. Only for ways that have none yet: what is saved stays, so that
 * workflows which began under an older version are replayed by every newer one.
 */
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReplayBench } from './replay-terminal.bench.ts';
import { ReplayWorld } from './replay-terminal.world.ts';

const FOLDER = join(import.meta.dirname, '../../histories/replay-terminal');

/** Saved histories name no machine: neither who worked nor where its code lay. */
const scrubbed = (key: string, value: unknown): unknown =>
  key === 'stackTrace' ? '' : key === 'identity' ? 'worker' : value;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

await mkdir(FOLDER, { recursive: true });
const bench = await ReplayBench.open();
const woken: ReplayWorld = new ReplayWorld(4, {
  onSettled: async (round) => {
    if (round === 0) await bench.wake(woken);
  },
});
const WAYS: Record<string, ReplayWorld> = {
  plain: new ReplayWorld(1_000),
  nothing: new ReplayWorld(0),
  arriving: new ReplayWorld(10, { arriving: [5, 3] }),
  'consumer-failing': new ReplayWorld(10, { failing: { sales: 6, inventory: 2 } }),
  gap: new ReplayWorld(4, { waiting: { rounds: 3, waitMs: 60_000, entries: 6 } }),
  'woken-while-ending': woken,
  sleeping: new ReplayWorld(4, { sleeps: [30_000] }),
  'continued-as-new': new ReplayWorld(1, { arriving: Array.from({ length: 130 }, () => 1) }),
};
try {
  for (const [way, world] of Object.entries(WAYS)) {
    const path = join(FOLDER, `${way}.json`);
    if (await exists(path)) continue;
    const handle = await bench.wake(world);
    await handle.result();
    const run = bench.env.client.workflow.getHandle(handle.workflowId, handle.signaledRunId);
    await writeFile(path, `${JSON.stringify(JSON.parse(historyToJSON(await run.fetchHistory()), scrubbed))}\n`);
    process.stdout.write(`${path}\n`);
  }
} finally {
  await bench.close();
}
