import { replayTerminalId } from '@nexus/contracts';
import { connectTemporal, type TemporalLink } from '@nexus/temporal-kit';
import { realTemporalEnvironment, startTcpProxy, waitFor, type TcpProxy } from '@nexus/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { receiveUpload } from '../journal/receive-upload.ts';
import type { SyncDeps } from '../deps.ts';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import type { TestTill } from '../testing/test-till.ts';
import { ReplayRelay, type ReplayRelayOptions } from './replay-relay.ts';

type TemporalEnvironment = Awaited<ReturnType<typeof realTemporalEnvironment>>;

let suite: SyncSuite;
let env: TemporalEnvironment;
let proxy: TcpProxy;
let temporal: TemporalLink;
beforeAll(async () => {
  suite = await createSyncSuite();
  env = await realTemporalEnvironment();
  const [host = '', port = ''] = env.address.split(':');
  proxy = await startTcpProxy({ host, port: Number(port) });
  temporal = connectTemporal({
    address: `127.0.0.1:${proxy.port}`,
    namespace: env.namespace ?? 'default',
    logger: suite.deps.logger,
  });
}, 180_000);
afterAll(async () => {
  await temporal?.close();
  await proxy?.close();
  await env?.teardown();
  await suite?.close();
});

const relayed = async (
  work: (deps: SyncDeps, relay: ReplayRelay) => Promise<void>,
  options: Partial<ReplayRelayOptions> = {},
) => {
  const relay = new ReplayRelay({
    db: suite.db,
    temporal,
    logger: suite.deps.logger,
    wakeEntries: 1_000,
    sweepMs: 100,
    neglectMs: 0,
    ...options,
  });
  relay.start();
  try {
    await work({ ...suite.deps, replay: relay }, relay);
  } finally {
    await relay.stop();
  }
};

/** How often the replay of a till was woken. */
const wakeUps = async (till: TestTill): Promise<number> => {
  const handle = env.client.workflow.getHandle(replayTerminalId(suite.tenant.tenantId, till.terminal));
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => (event.workflowExecutionSignaledEventAttributes ?? undefined) !== undefined)
    .length;
};
const end = (till: TestTill) =>
  env.client.workflow.getHandle(replayTerminalId(suite.tenant.tenantId, till.terminal)).terminate();

describe('the relay of wake-ups', () => {
  test('wakes the replay of a terminal with start, once while nobody has settled it', async () => {
    const till = (await suite.till()).sell(3);
    await relayed(async (deps) => {
      await receiveUpload(deps, till.upload(1, 1));
      await waitFor(() => wakeUps(till), { what: 'the wake-up' });
      await receiveUpload(deps, till.upload(2, 2));
      await receiveUpload(deps, till.upload(3, 3));
    });
    expect(await wakeUps(till)).toBe(1);
    const [row] = await suite.query('SELECT signalled_at IS NOT NULL AS out FROM dirty_terminal WHERE terminal = $1', [
      till.terminal,
    ]);
    expect(row).toEqual({ out: true });
    await end(till);
  });

  test('of several processes wakes once', async () => {
    const till = (await suite.till()).sell(1);
    await relayed(async (deps) => {
      await relayed(async (_, other) => {
        await receiveUpload(deps, till.upload());
        other.note({ tenantId: suite.tenant.tenantId, terminalId: till.terminal, entries: 1, moreComing: false });
        await waitFor(() => wakeUps(till), { what: 'the wake-up' });
      });
    });
    expect(await wakeUps(till)).toBe(1);
    await end(till);
  });

  test('loses nothing while Temporal is away: uploads are acknowledged, and woken when it is back', async () => {
    const till = (await suite.till()).sell(5);
    proxy.cut();
    await relayed(async (deps, relay) => {
      const { answer } = await receiveUpload(deps, till.upload());
      expect(answer.through.seq).toBe(5);
      await waitFor(() => relay.backlog() === 0 || proxy.open() === 0, { what: 'the attempt' });
    });
    // The process died; another one finds the terminal by the doorbell alone.
    await relayed(async () => {
      proxy.heal();
      await waitFor(() => wakeUps(till), { what: 'the wake-up after the outage', timeoutMs: 90_000 });
    });
    await end(till);
  }, 180_000);

  test('takes a wake-up that was lost for what it is', async () => {
    const till = (await suite.till()).sell(1);
    await receiveUpload(suite.deps, till.upload());
    await suite.query(`UPDATE dirty_terminal SET signalled_at = now() - interval '1 hour' WHERE terminal = $1`, [
      till.terminal,
    ]);
    await relayed(async () => {
      await waitFor(() => wakeUps(till), { what: 'the second wake-up' });
    });
    await end(till);
  });

  test('forgets the doorbell of tenants that are clean', async () => {
    await suite.query('DELETE FROM dirty_terminal');
    await relayed(async () => {
      await waitFor(
        async () => {
          const rings = await suite.db.shared((tx) => tx.query(`SELECT 1 FROM doorbell WHERE topic = 'replay'`));
          return rings.length === 0;
        },
        { what: 'an empty doorbell' },
      );
    });
  });
});
