import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceName } from '@nexus/contracts';
import { quoted, withSuperuser } from '../superuser.ts';
import { waitFor } from '../wait-for.ts';
import { badRequests } from './bad-requests.ts';
import { judge, judgeAnnounced } from './judge.ts';
import { readRoutes, type ApiRoute } from './open-api.ts';
import { placesOf, unbounded } from './places.ts';
import {
  runUnderTest,
  type RunningUnderTest,
  type SecurityState,
  type ServiceUnderTest,
} from './service-under-test.ts';

const START_TIMEOUT_MS = 120_000;
const SUITE_TIMEOUT_MS = 300_000;

/**
 * What every route of a service must do with wrong input: refuse it with problem+json and a stable code, never fail,
 * never tell of its inside, write nothing. Generated from the running service's own OpenAPI document.
 */
export function badInputSuite<C, L>(
  name: ServiceName,
  definition: (state: () => Promise<SecurityState>) => ServiceUnderTest<C, L>,
  logger: L,
  settings: Readonly<Record<string, string>> = {},
): void {
  describe(`bad input to ${name}`, () => {
    let running: RunningUnderTest;
    let routes: readonly ApiRoute[];
    beforeAll(async () => {
      running = await runUnderTest(definition, name, logger, settings);
      await waitFor(async () => (await fetch(`${running.url}/readyz`)).status === 200, { timeoutMs: 60_000 });
      routes = await readRoutes(running.url);
    }, START_TIMEOUT_MS);
    afterAll(() => running.stop(), START_TIMEOUT_MS);

    test('nothing that a route takes is without end', () => {
      const found = routes.flatMap((route) =>
        [
          ...unbounded(placesOf(route.body?.schema ?? {})),
          ...unbounded(
            route.parameters
              .filter((one) => one.in === 'query')
              .map(({ name: key, schema }) => ({ path: [key], schema, required: false, nullable: false, exact: true })),
          ),
        ].map((fault) => `${route.method} ${route.path}: ${fault}`),
      );
      expect(found).toEqual([]);
    });

    test(
      'is refused in our form, and nothing of it is written',
      async () => {
        const before = await rowsOf(running, name);
        const faults: string[] = [];
        let sent = 0;
        for (const route of routes) {
          for (const bad of badRequests(route)) {
            const fault = await judge(running.url, running.token, route, bad);
            if (fault !== undefined) faults.push(fault);
            sent += 1;
          }
        }
        expect(faults).toEqual([]);
        expect(sent).toBeGreaterThan(routes.length * 4);
        expect(await rowsOf(running, name)).toEqual(before);
      },
      SUITE_TIMEOUT_MS,
    );

    test(
      'a body of ten gigabytes is refused before it is sent',
      async () => {
        const faults: string[] = [];
        for (const route of routes.filter(({ method }) => method !== 'GET')) {
          const [plain] = badRequests(route).filter(
            ({ name: what }) => what.startsWith('as ') || what.startsWith('a body'),
          );
          const fault = await judgeAnnounced(running.url, running.token, route, plain?.path ?? route.path);
          if (fault !== undefined) faults.push(fault);
        }
        expect(faults).toEqual([]);
      },
      SUITE_TIMEOUT_MS,
    );
  });
}

/** How many rows every table has, the tenant's and the shared ones. */
function rowsOf({ databases }: RunningUnderTest, name: ServiceName): Promise<Record<string, string>> {
  return withSuperuser(databases.superuserUrl(name), async (sql) => {
    const tables = await sql<{ schema: string; name: string }>(
      `SELECT schemaname AS schema, tablename AS name FROM pg_tables
       WHERE schemaname = 'nexus' OR schemaname LIKE 't\\_%' ORDER BY 1, 2`,
    );
    const counts: Record<string, string> = {};
    for (const table of tables) {
      const [row] = await sql<{ n: string }>(`SELECT count(*) AS n FROM ${quoted(table.schema)}.${quoted(table.name)}`);
      counts[`${table.schema}.${table.name}`] = row?.n ?? '';
    }
    return counts;
  });
}
