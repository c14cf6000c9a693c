import { expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
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
