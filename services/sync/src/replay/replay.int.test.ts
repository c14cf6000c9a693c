import { JOURNAL_CONSUMERS, type ReplayPassed } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { receiveUpload } from '../journal/receive-upload.ts';
import { releaseTerminal } from '../terminal/release-terminal.ts';
import { saveTerminalFacts } from '../terminal/terminal.repository.ts';
import { createSyncSuite, factsOf, type SyncSuite } from '../testing/suite.ts';
import { TestConsumer } from '../testing/test-consumer.ts';
import { storedLines } from '../testing/stored-lines.ts';
import type { TestTill } from '../testing/test-till.ts';
import { prepareReplay } from './prepare-replay.ts';
import { settleReplay } from './settle-replay.ts';

let suite: SyncSuite;
beforeAll(async () => {
  suite = await createSyncSuite();
});
afterAll(() => suite.close());

const input = (till: TestTill) => ({ tenantId: suite.tenant.tenantId, terminalId: till.terminal });
const passed = (number: number, epoch = 1, services: readonly string[] = JOURNAL_CONSUMERS): ReplayPassed[] =>
  services.map((service) => ({ service, epoch, number }) as ReplayPassed);
const isDirty = async (till: TestTill) =>
  (await suite.query('SELECT 1 FROM dirty_terminal WHERE terminal = $1', [till.terminal])).length > 0;
const openExceptions = (till: TestTill) =>
  suite.query<{ kind: string; detail: Record<string, unknown> }>(
    'SELECT kind, detail FROM exception WHERE terminal = $1 AND settled_at IS NULL ORDER BY key',
    [till.terminal],
  );

describe('a replay', () => {
  test('goes to every consumer that is behind, until all have passed, and then the terminal is clean', async () => {
    const till = (await suite.till()).sell(5);
    await receiveUpload(suite.deps, till.upload());
    expect(await prepareReplay(suite.deps, input(till))).toEqual({ consumers: JOURNAL_CONSUMERS, waitMs: null });
    const [first] = JOURNAL_CONSUMERS;
    const half = { ...input(till), passed: passed(5, 1, [first ?? '']) };
    expect(await settleReplay(suite.deps, half)).toEqual({ clean: false, waitMs: null });
    expect((await prepareReplay(suite.deps, input(till))).consumers).toEqual(JOURNAL_CONSUMERS.slice(1));
    expect(await isDirty(till)).toBe(true);
    expect(await settleReplay(suite.deps, { ...input(till), passed: passed(5) })).toEqual({
      clean: true,
      waitMs: null,
    });
    expect(await isDirty(till)).toBe(false);
    expect(await prepareReplay(suite.deps, input(till))).toEqual({ consumers: [], waitMs: null });
  });

  test('goes on at once when entries came meanwhile', async () => {
    const till = (await suite.till()).sell(5);
    await receiveUpload(suite.deps, till.upload());
    till.sell(1);
    await receiveUpload(suite.deps, till.upload(6));
    expect(await settleReplay(suite.deps, { ...input(till), passed: passed(5) })).toEqual({ clean: false, waitMs: 0 });
  });

  test('sleeps for a while when the till is sending a backlog, and may be woken', async () => {
    const till = (await suite.till()).sell(6);
    await receiveUpload(suite.deps, till.upload(1, 2));
    await receiveUpload(suite.deps, till.upload(3, 4));
    suite.news.length = 0;
    const settled = await settleReplay(suite.deps, { ...input(till), passed: passed(2) });
    expect(settled).toMatchObject({ clean: false });
    expect(settled.waitMs).toBeGreaterThan(1_000);
    expect(suite.news).toEqual([{ ...input(till), entries: 2, moreComing: true }]);
    const [row] = await suite.query(
      'SELECT signalled_at, asleep_until > now() AS asleep FROM dirty_terminal WHERE terminal = $1',
      [till.terminal],
    );
    expect(row).toEqual({ signalled_at: null, asleep: true });
  });

  test('does not believe a consumer of another epoch', async () => {
    const till = (await suite.till()).sell(2);
    await receiveUpload(suite.deps, till.upload());
    expect((await settleReplay(suite.deps, { ...input(till), passed: passed(2, 9) })).clean).toBe(false);
    expect(await isDirty(till)).toBe(true);
  });

  test('of a terminal that is not there has nothing to do', async () => {
    const nobody = { tenantId: suite.tenant.tenantId, terminalId: '019f0000-0000-7000-8000-000000000077' };
    expect(await prepareReplay(suite.deps, nobody)).toEqual({ consumers: [], waitMs: null });
    expect((await settleReplay(suite.deps, { ...nobody, passed: [] })).clean).toBe(true);
  });
});

describe('lines beyond a gap', () => {
  test('wait for the grace, then are numbered beside the gap, which an exception names until it closes', async () => {
    const till = (await suite.till()).sell(30);
    await receiveUpload(suite.deps, till.upload(1, 10));
    await receiveUpload(suite.deps, till.upload(21, 30));
    const waits = await prepareReplay(suite.deps, input(till));
    expect(waits.waitMs).toBeGreaterThan(50_000);
    expect(await settleReplay(suite.deps, { ...input(till), passed: passed(10) })).toEqual({
      clean: false,
      waitMs: null,
    });
    const after = await prepareReplay({ ...suite.deps, graceMs: 0 }, input(till));
    expect(after).toEqual({ consumers: JOURNAL_CONSUMERS, waitMs: null });
    expect(await openExceptions(till)).toMatchObject([{ kind: 'gap', detail: { missingFrom: 11, missingTo: 20 } }]);
    const [row] = await suite.query('SELECT number, waiting FROM terminal WHERE id = $1', [till.terminal]);
    expect(row).toEqual({ number: '20', waiting: 0 });

    const { answer } = await receiveUpload(suite.deps, till.upload(11, 20));
    expect(answer.through).toEqual({ seq: 30, hash: till.headHash });
    expect(await openExceptions(till)).toEqual([]);
    const lines = await storedLines(suite, till);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(lines.map(({ seq }) => seq)).toEqual([...range(1, 10), ...range(21, 30), ...range(11, 20)]);
  });

  test('are one run with what came later but belongs before them', async () => {
    const till = (await suite.till()).sell(9);
    await receiveUpload(suite.deps, till.upload(7, 9));
    await suite.db.tx(suite.tenant, (tx) =>
      tx.query(`UPDATE journal_waiting SET arrived_at = arrived_at - interval '1 hour' WHERE terminal = $1`, [
        till.terminal,
      ]),
    );
    await receiveUpload(suite.deps, till.upload(4, 6));
    await prepareReplay(suite.deps, input(till));
    expect(await openExceptions(till)).toMatchObject([{ kind: 'gap', detail: { missingFrom: 1, missingTo: 3 } }]);
  });

  test('in a long queue are numbered piece by piece', async () => {
    const till = (await suite.till()).sell(4_500);
    for (let from = 2; from <= 4_500; from += 900) await receiveUpload(suite.deps, till.upload(from, from + 899));
    await receiveUpload(suite.deps, till.upload(1, 1));
    expect(await prepareReplay(suite.deps, input(till))).toEqual({ consumers: JOURNAL_CONSUMERS, waitMs: null });
    const [row] = await suite.query('SELECT number, waiting FROM terminal WHERE id = $1', [till.terminal]);
    expect(row).toEqual({ number: '4500', waiting: 0 });
    const segments = await suite.query('SELECT 1 FROM journal_segment WHERE terminal = $1', [till.terminal]);
    expect(segments).toHaveLength(1);
    expect(await openExceptions(till)).toEqual([]);
  }, 180_000);
});

describe('entries of a revoked terminal', () => {
  test('are stored and acknowledged, held from the books, and go there when released', async () => {
    const till = (await suite.till()).sell(3);
    await receiveUpload(suite.deps, till.upload());
    const revoke = () =>
      suite.db.tx(suite.tenant, (tx) => saveTerminalFacts(tx, factsOf(till, { revokedAt: '2026-11-20T00:00:00Z' })));
    await revoke();
    till.sell(4);
    const { answer } = await receiveUpload(suite.deps, till.upload(4));
    expect(answer.through.seq).toBe(7);
    // Events are read again after a restore: what is held stays held.
    await suite.db.tx(suite.tenant, (tx) => saveTerminalFacts(tx, factsOf(till)));
    await revoke();
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow(till.terminal);
    expect(consumer.number).toBe(3);
    expect(await openExceptions(till)).toMatchObject([{ kind: 'terminal-revoked', detail: { fromNumber: 4 } }]);
    expect((await settleReplay(suite.deps, { ...input(till), passed: passed(3) })).clean).toBe(true);

    expect(await releaseTerminal(suite.deps, suite.tenant, till.terminal, () => true)).toBe(4);
    expect(await isDirty(till)).toBe(true);
    expect(await openExceptions(till)).toEqual([]);
    await consumer.follow(till.terminal);
    expect(consumer.kept.size).toBe(7);
    expect(await releaseTerminal(suite.deps, suite.tenant, till.terminal, () => true)).toBe(0);

    till.sell(1);
    await receiveUpload(suite.deps, till.upload(8));
    await consumer.follow(till.terminal);
    expect(consumer.number).toBe(7);
    await expect(releaseTerminal(suite.deps, suite.tenant, till.terminal, () => false)).rejects.toMatchObject({
      code: 'NX-1002',
    });
  });
});
