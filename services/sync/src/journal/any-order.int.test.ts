import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prepareReplay } from '../replay/prepare-replay.ts';
import { push } from '../testing/push.ts';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import { ask, TestConsumer } from '../testing/test-consumer.ts';
import { receiveUpload } from './receive-upload.ts';

let suite: SyncSuite;
beforeAll(async () => {
  suite = await createSyncSuite();
});
afterAll(() => suite.close());

interface Report {
  gaps: number;
  forks: number;
  journalEntries: number;
  findings: { name: string; holds: boolean }[];
}

const step = fc.record({
  clone: fc.boolean(),
  from: fc.nat(39),
  count: fc.integer({ min: 1, max: 12 }),
  copies: fc.integer({ min: 1, max: 3 }),
  expire: fc.boolean(),
});

test('whatever order, copies, holes and clones: every line once, and nothing open at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.integer({ min: 1, max: 25 }), async (steps, shared) => {
      const till = (await suite.till()).sell(shared);
      const clone = till.clone();
      till.sell(40 - shared);
      clone.sell(40 - shared);
      const input = { tenantId: suite.tenant.tenantId, terminalId: till.terminal };
      for (const { clone: other, from, count, copies, expire } of steps) {
        const upload = (other ? clone : till).upload(from + 1, Math.min(40, from + count));
        await Promise.all(Array.from({ length: copies }, () => receiveUpload(suite.deps, upload)));
        if (expire) await prepareReplay({ ...suite.deps, graceMs: 0 }, input);
      }
      await push(suite.deps, till, 15);
      await push(suite.deps, clone, 40);
      const consumer = new TestConsumer(suite.deps, suite.tenant);
      await consumer.follow(till.terminal);
      const written = new Set([...till.lines, ...clone.lines].map(({ hash }) => hash));
      expect(new Set(consumer.kept.keys())).toEqual(written);
      const report = await ask<Report>(suite.deps, suite.tenant, 'audit-journal', {
        terminal: till.terminal,
        watermark: { epoch: 1, number: consumer.number },
      });
      expect(report).toMatchObject({ gaps: 0, forks: 1, journalEntries: written.size });
      expect(report.findings.filter(({ holds }) => !holds)).toEqual([]);
      const open = await suite.query(
        `SELECT kind FROM exception WHERE terminal = $1 AND settled_at IS NULL AND kind <> 'fork'`,
        [till.terminal],
      );
      expect(open).toEqual([]);
    }),
    { numRuns: 15 },
  );
}, 120_000);
