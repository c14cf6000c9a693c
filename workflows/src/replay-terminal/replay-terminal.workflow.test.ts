import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ReplayBench } from './replay-terminal.bench.ts';
import { ReplayWorld } from './replay-terminal.world.ts';

let bench: ReplayBench;
beforeAll(async () => {
  bench = await ReplayBench.open();
}, 120_000);
afterAll(() => bench?.close());

const replay = async (world: ReplayWorld): Promise<ReplayWorld> => {
  const handle = await bench.wake(world);
  await handle.result();
  return world;
};
const DONE = (number: number) => ({ sales: number, inventory: number });

// The server that skips time does not skip the machine's own: others may be using it.
jest.setTimeout(180_000);

describe('replayTerminal', () => {
  test('brings everything to every consumer and ends', async () => {
    const world = await replay(new ReplayWorld(1_000));
    expect(world.passed).toEqual(DONE(1_000));
    expect(world.calls.filter((call) => call === 'prepare')).toHaveLength(1);
  });

  test('with nothing to do asks nobody', async () => {
    const world = await replay(new ReplayWorld(0));
    expect(world.calls).toEqual(['prepare', 'settle']);
  });

  test('goes on while entries arrive', async () => {
    const world = await replay(new ReplayWorld(10, { arriving: [5, 3] }));
    expect(world.passed).toEqual(DONE(18));
    expect(world.rounds).toBe(3);
  });

  test('tries a failing consumer again, and holds nobody else up', async () => {
    // Four tries a round: the second round is the one in which it works.
    const world = await replay(new ReplayWorld(10, { failing: { sales: 6 } }));
    expect(world.passed).toEqual(DONE(10));
    expect(world.calls.filter((call) => call === 'sales')).toHaveLength(7);
    expect(world.calls.filter((call) => call === 'inventory')).toHaveLength(1);
    expect(world.calls.indexOf('settle')).toBeGreaterThan(world.calls.indexOf('inventory'));
  });

  test('waits for a gap as long as it is told, then takes what was numbered', async () => {
    const started = await bench.env.currentTimeMs();
    const world = await replay(new ReplayWorld(4, { waiting: { rounds: 3, waitMs: 60_000, entries: 6 } }));
    expect(world.passed).toEqual(DONE(10));
    expect((await bench.env.currentTimeMs()) - started).toBeGreaterThanOrEqual(120_000);
  });

  test('sleeps while more is on its way, and goes on by itself when no signal comes', async () => {
    const world = await replay(new ReplayWorld(4, { sleeps: [30_000, 30_000] }));
    expect(world.passed).toEqual(DONE(4));
    expect(world.rounds).toBe(3);
  });

  test('is woken out of its sleep by a signal', async () => {
    const world: ReplayWorld = new ReplayWorld(4, {
      sleeps: [24 * 3_600_000],
      onSettled: async (round) => {
        if (round === 0) await bench.wake(world);
      },
    });
    const handle = await bench.wake(world);
    await handle.result();
    expect(world.passed).toEqual(DONE(4));
    // Not by the server's clock: once the run has ended nothing holds it, and it skips on.
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.timerFiredEventAttributes)).toEqual([]);
  });

  test('looks once more when it is woken while it ends', async () => {
    const world: ReplayWorld = new ReplayWorld(4, {
      onSettled: async (round) => {
        if (round === 0) await bench.wake(world);
      },
    });
    await replay(world);
    expect(world.rounds).toBe(2);
  });

  test('goes on as a new run before its history gets long', async () => {
    const world = new ReplayWorld(1, { arriving: Array.from({ length: 130 }, () => 1) });
    const handle = await bench.wake(world);
    await handle.result();
    expect(world.passed).toEqual(DONE(131));
    const first = bench.env.client.workflow.getHandle(handle.workflowId, handle.signaledRunId, { followRuns: false });
    await expect(first.result()).rejects.toThrow('continued as new');
  });
});
