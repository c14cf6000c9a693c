import { beforeAll, expect, test } from '@jest/globals';
import { brandRow, SERVICES, type ServiceName } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import { createTenancyDb } from '@nexus/tenancy-db';
import { setAside, waitUntilPassed } from './consumers.ts';
import { settledFootprint } from './footprint.ts';
import { EVENTS, forgedEvent, type ForgedDetails } from './forgery.ts';
import { everyHandler, type Handler } from './handlers.ts';
import { detailsOf } from './details.ts';
import type { World } from './world.ts';

/**
 * Events in A's own log, with B's ids in their data: what would come of a service that believed a client's ids, or of a
 * handler that trusts them. Made from the contracts' schemas and the services' tables of handlers.
 */
export function eventsSuite(world: () => World): void {
  let handlers: Handler[];
  let details: ForgedDetails;
  beforeAll(async () => {
    handlers = await everyHandler();
    details = await detailsOf(world());
  });

  test('every handler hears of an event that can be forged here', () => {
    expect(handlers.length).toBeGreaterThan(5);
    const known = new Set(EVENTS.map(nameOf));
    expect(handlers.map(({ definition }) => nameOf(definition)).filter((name) => !known.has(name))).toEqual([]);
    const { targets } = world();
    for (const definition of EVENTS) expect(forgedEvent(definition, targets[0] ?? '', details)).toBeDefined();
  });

  test('handlers that get A’s envelope with B’s ids change nothing of B, refer to nothing of B, and go on', async () => {
    const { platform, a, b, targets } = world();
    const before = await settledFootprint(platform, b.tenant.id, targets);
    const forged = new Map<string, string[]>();
    for (const service of SERVICES) {
      for (const [name, ids] of await forge(world(), service, details)) forged.set(name, ids);
    }
    const passed = async (): Promise<void> => {
      for (const [service, source] of pairs(handlers)) await waitUntilPassed(platform, a.tenant.id, source, service);
    };
    await passed();
    expect(await settledFootprint(platform, b.tenant.id, targets)).toEqual(before);

    // Had all been refused, the handlers themselves would not have been tried.
    const untried: string[] = [];
    for (const { service, definition } of handlers) {
      const aside = new Set(await setAside(platform, a.tenant.id, service));
      const sent = forged.get(nameOf(definition)) ?? [];
      if (sent.every((id) => aside.has(id))) untried.push(`${service} on ${nameOf(definition)}`);
    }
    expect(untried).toEqual([]);

    const path = '/api/identity/brands';
    await a.api.call({ method: 'POST', path, response: brandRow, body: { name: 'After' }, repeatable: false });
    await passed();
  });
}

const nameOf = ({ service, kind }: { service: string; kind: string }): string => `${service} ${kind}`;

/** Who follows whose log. */
const pairs = (handlers: readonly Handler[]): [ServiceName, ServiceName][] => {
  const all = handlers.map(({ service, definition }) => [service, definition.service] as const);
  return [...new Map(all.map((pair) => [pair.join(), [...pair] as [ServiceName, ServiceName]])).values()];
};

/** Appends every event of a service's, for every target, to A's log, as the service itself would. Ids by event name. */
async function forge(
  { platform, a, targets }: World,
  service: ServiceName,
  details: ForgedDetails,
): Promise<Map<string, string[]>> {
  const ids = new Map<string, string[]>();
  const url = platform.platform.services[service]?.databaseUrl ?? '';
  const db = createTenancyDb({ service, url, poolSize: 1 });
  try {
    await db.tx({ tenantId: a.tenant.id }, async (tx) => {
      for (const definition of EVENTS.filter((one) => one.service === service)) {
        const sent: string[] = [];
        for (const id of targets)
          sent.push(await appendEvent(db, tx, definition, forgedEvent(definition, id, details)));
        ids.set(nameOf(definition), sent);
      }
    });
  } finally {
    await db.close();
  }
  return ids;
}
