import { openNats } from '@nexus/messaging';
import { createTenancyDb } from '@nexus/tenancy-db';
import { withSuperuser } from '@nexus/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SyncDeps } from '../deps.ts';
import { push } from '../testing/push.ts';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import { ask, TestConsumer } from '../testing/test-consumer.ts';
import type { TestTill } from '../testing/test-till.ts';
import { TerminalKeys } from '../terminal/terminal-keys.ts';

let suite: SyncSuite;
beforeAll(async () => {
  suite = await createSyncSuite();
});
afterAll(() => suite.close());

/** The service started anew on whatever its database is by now. */
async function started<T>(work: (deps: SyncDeps) => Promise<T>): Promise<T> {
  const db = createTenancyDb({ service: 'sync', url: suite.databases.url('sync') });
  const nats = openNats({ url: 'nats://127.0.0.1:1', name: 'sync-test', logger: suite.deps.logger });
  try {
    return await work({ ...suite.deps, db, nats, keys: new TerminalKeys(db, nats) });
  } finally {
    await nats.close();
    await db.close();
  }
}

const NAME = () => new URL(suite.databases.superuserUrl('sync')).pathname.slice(1);
/** Statements about whole databases run beside them. */
const beside = (statement: string) => {
  const url = new URL(suite.databases.superuserUrl('sync'));
  url.pathname = '/postgres';
  return withSuperuser(url.href, (sql) => sql(statement));
};

const figures = async (deps: SyncDeps, till: TestTill) => {
  const report = await ask<{ figures: unknown; gaps: number; journalEntries: number; findings: { holds: boolean }[] }>(
    deps,
    suite.tenant,
    'audit-journal',
    { terminal: till.terminal, watermark: { epoch: 1, number: 1_000_000 } },
  );
  expect(report.findings.every(({ holds }) => holds)).toBe(true);
  return { figures: report.figures, gaps: report.gaps, journalEntries: report.journalEntries };
};

test('a database restored from an older copy: tills send again, consumers read again, totals are the same', async () => {
  const tills = [await suite.till(), await suite.till(), await suite.till()];
  const consumers = new Map(tills.map((till) => [till, new TestConsumer(suite.deps, suite.tenant)]));
  const sellAndSync = (count: number) =>
    started(async (deps) => {
      for (const till of tills) {
        till.sell(count);
        await push(deps, till, 7);
        const consumer = consumers.get(till) as TestConsumer;
        consumer.deps = deps;
        await consumer.follow(till.terminal);
      }
    });
  await sellAndSync(20);
  await suite.db.close();
  await beside(`CREATE DATABASE "${NAME()}_copy" TEMPLATE "${NAME()}"`);
  await sellAndSync(15);
  const before = await started((deps) => Promise.all(tills.map((till) => figures(deps, till))));
  expect(before.every(({ journalEntries }) => journalEntries === 35)).toBe(true);
  const [, second] = tills as [TestTill, TestTill, TestTill];

  await beside(`DROP DATABASE "${NAME()}" WITH (FORCE)`);
  await beside(`ALTER DATABASE "${NAME()}_copy" RENAME TO "${NAME()}"`);
  await started(async (deps) => {
    // One consumer asks before its till has sent anything; the others only afterwards.
    const early = consumers.get(second) as TestConsumer;
    early.deps = deps;
    await early.follow(second.terminal);
    expect(early).toMatchObject({ epoch: 2, number: 20, restarts: 1 });
    for (const till of tills) {
      till.sell(3);
      await push(deps, till, 7);
      expect(till.acked).toEqual({ epoch: 2, seq: 38 });
    }
    for (const till of tills) {
      const consumer = consumers.get(till) as TestConsumer;
      consumer.deps = deps;
      await consumer.follow(till.terminal);
      expect(consumer).toMatchObject({ epoch: 2, number: 38, restarts: 1 });
      // Everything once, as the till wrote it, whatever was read twice.
      expect([...consumer.kept.keys()].sort()).toEqual(till.lines.map(({ hash }) => hash).sort());
      expect(await figures(deps, till)).toMatchObject({ gaps: 0, journalEntries: 38 });
    }
  });
});
