import { expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import { waitFor } from '@nexus/testkit';
import type { NatsLink } from '../nats-link.ts';
import { createEventRelay } from './relay.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

test.each([
  ['four', undefined, 4],
  ['as many as it is told', 2, 2],
])('the relay works on %s tenants at once; the others wait for their turn', async (_how, parallelTenants, most) => {
  const begun: string[] = [];
  const held: (() => void)[] = [];
  const db = {
    service: 'sales',
    onCommitted: () => undefined,
    shared: () => Promise.resolve([]),
    tx: async ({ tenantId }: { tenantId: string }) => {
      begun.push(tenantId);
      await new Promise<void>((resolve) => {
        held.push(resolve);
      });
      return { head: {}, events: [] };
    },
  } as unknown as TenancyDb;
  const relay = createEventRelay({
    ...{ db, nats: {} as NatsLink, logger },
    ...(parallelTenants === undefined ? {} : { parallelTenants }),
  });
  relay.start();
  const tenants = Array.from({ length: 6 }, (_, n) => `tenant-${n}`);
  for (const tenant of tenants) relay.poke(tenant);
  expect(begun).toEqual(tenants.slice(0, most));
  for (let done = 0; done < tenants.length; done += 1) {
    held[done]?.();
    await new Promise(setImmediate);
    expect(begun).toEqual(tenants.slice(0, most + done + 1));
  }
  await relay.stop();
});

test('the doorbell and a commit never make it work on one tenant twice at once', async () => {
  const held: (() => void)[] = [];
  let inHand = 0;
  let most = 0;
  let read = 0;
  const taken: unknown[] = [];
  const shared = async (work: (tx: unknown) => Promise<unknown>) =>
    work({
      query: (sql: string, parameters: unknown[] = []) => {
        if (sql.startsWith('DELETE')) taken.push(...(parameters[0] as unknown[]));
        if (!sql.startsWith('SELECT')) return Promise.resolve([]);
        read += 1;
        return Promise.resolve(read === 1 ? [{ id: '7', tenant_id: 'busy' }] : []);
      },
    });
  const tx = async () => {
    inHand += 1;
    most = Math.max(most, inHand);
    await new Promise<void>((resolve) => {
      held.push(resolve);
    });
    inHand -= 1;
    return { head: {}, events: [] };
  };
  const db = { service: 'sales', onCommitted: () => undefined, shared, tx } as unknown as TenancyDb;
  const relay = createEventRelay({ db, nats: {} as NatsLink, logger, pollMs: 5 });
  relay.start();
  relay.poke('busy');
  await waitFor(() => read === 1, { what: 'the doorbell to be read' });
  for (let run = 1; taken.length === 0; run += 1) {
    // It rings on and on: somebody else's new run is as good as one of the doorbell's own.
    relay.poke('busy');
    await waitFor(() => held.length === run, { what: `run ${run}` });
    expect(run).toBeLessThan(4);
    held[run - 1]?.();
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  }
  expect(most).toBe(1);
  expect(taken).toEqual(['7']);
  const stopped = relay.stop();
  held.at(-1)?.();
  await stopped;
});
