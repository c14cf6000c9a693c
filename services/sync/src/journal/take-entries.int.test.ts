import { MAX_ENTRY_BYTES } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withSuperuser } from '@nexus/testkit';
import fc from 'fast-check';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import { TestConsumer } from '../testing/test-consumer.ts';
import { receiveUpload } from './receive-upload.ts';

let suite: SyncSuite;
beforeAll(async () => {
  suite = await createSyncSuite();
});
afterAll(() => suite.close());

describe('taking entries', () => {
  test('gives lines of the wanted kinds in order, page by page, to the byte', async () => {
    const till = await suite.till();
    for (let i = 0; i < 20; i += 1) till.write(i % 4 === 3 ? { k: 'no-sale', why: 'change' } : undefined);
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    expect(await consumer.follow(till.terminal, 4)).toBe(4);
    const wanted = till.lines.filter((_, i) => i % 4 !== 3);
    expect([...consumer.kept]).toEqual(wanted.map(({ hash, bytes }) => [hash, bytes.toString()]));
    expect(consumer).toMatchObject({ epoch: 1, number: 20, hash: till.headHash });
    expect((await consumer.take(till.terminal)).entries).toEqual([]);
  });

  test('whatever the uploads were and however little is asked for: every line once, in order', async () => {
    const uploads = fc.array(fc.record({ sales: fc.integer({ min: 0, max: 9 }), others: fc.nat(3) }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(uploads, fc.integer({ min: 1, max: 12 }), async (given, limit) => {
        const till = await suite.till();
        const wanted: string[] = [];
        for (const { sales, others } of given) {
          const from = till.lines.length + 1;
          for (let i = 0; i < sales + others; i += 1)
            till.write(i < sales ? undefined : { k: 'no-sale', why: 'change' });
          wanted.push(...till.lines.slice(from - 1, from - 1 + sales).map(({ hash }) => hash));
          if (sales + others > 0) await receiveUpload(suite.deps, till.upload(from));
        }
        const consumer = new TestConsumer(suite.deps, suite.tenant);
        await consumer.follow(till.terminal, limit);
        expect([...consumer.kept.keys()]).toEqual(wanted);
        expect(consumer.number).toBe(till.lines.length);
      }),
      { numRuns: 25 },
    );
  });

  test('ends an answer with an upload where it can', async () => {
    const till = await suite.till();
    for (let i = 0; i < 4; i += 1) await receiveUpload(suite.deps, till.sell(30).upload(1 + i * 30));
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    expect(await consumer.take(till.terminal, 100)).toMatchObject({ through: 90, drained: false });
    // More than a whole upload is not asked for: it is cut.
    expect(await consumer.take(till.terminal, 20)).toMatchObject({ through: 20, drained: false });
  });

  test('passes nothing over where the database lost a page', async () => {
    const till = await suite.till();
    for (let i = 0; i < 3; i += 1) await receiveUpload(suite.deps, till.sell(5).upload(1 + i * 5));
    await withSuperuser(suite.databases.superuserUrl('sync'), (sql) =>
      sql(
        `DELETE FROM t_${suite.tenant.tenantId.replaceAll('-', '')}.journal_page WHERE terminal = $1 AND first_number = 6`,
        [till.terminal],
      ),
    );
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    expect(await consumer.take(till.terminal)).toMatchObject({ through: 5 });
    await expect(consumer.follow(till.terminal)).rejects.toThrow('has no number 6');
  });

  test('passes over what it does not want, quickly', async () => {
    const till = (await suite.till()).sell(30);
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant, ['stock-counted']);
    expect(await consumer.follow(till.terminal, 1)).toBe(1);
    expect(consumer).toMatchObject({ number: 30, hash: till.headHash });
  });

  test('passes over any size of what it does not want in one answer', async () => {
    const till = await suite.till();
    for (let i = 0; i < 4; i += 1) {
      till.write({ k: 'sale', x: 'x'.repeat(900_000) });
      await receiveUpload(suite.deps, till.upload(i + 1));
    }
    const consumer = new TestConsumer(suite.deps, suite.tenant, ['stock-counted']);
    expect(await consumer.take(till.terminal)).toMatchObject({ through: 4, drained: true, entries: [] });
    till.write({ k: 'stock-counted' });
    await receiveUpload(suite.deps, till.upload(5));
    expect(await consumer.take(till.terminal)).toMatchObject({
      through: 5,
      entries: [[5, till.headHash, expect.any(String)]],
    });
  });

  test('cuts a page by bytes, so that the reply fits, and one line always goes through', async () => {
    const till = await suite.till();
    for (let i = 0; i < 5; i += 1) till.write({ k: 'sale', x: 'x'.repeat(450_000) });
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    const first = await consumer.take(till.terminal);
    expect(first.entries.length).toBeGreaterThan(0);
    expect(first.entries.length).toBeLessThan(5);
    expect(first.drained).toBe(false);
    expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThan(2 * 1024 * 1024);
    await consumer.follow(till.terminal);
    expect(consumer.kept.size).toBe(5);
  });

  test('gives the longest lines that an upload may carry, one after the other', async () => {
    const till = await suite.till();
    for (let i = 0; i < 3; i += 1) till.write({ k: 'sale', x: '\\'.repeat(MAX_ENTRY_BYTES / 2 - 500) });
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow(till.terminal);
    expect(consumer.kept.size).toBe(3);
  });

  test('never gives a line that nobody can read', async () => {
    const till = await suite.till();
    till.writeRaw('no JSON');
    till.write();
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow(till.terminal);
    expect([...consumer.kept.keys()]).toEqual([till.headHash]);
    expect(consumer.number).toBe(2);
  });

  test('of a terminal that is not there gives nothing', async () => {
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow('019f0000-0000-7000-8000-000000000077');
    expect(consumer).toMatchObject({ epoch: 1, number: 0, hash: null });
  });
});

describe('a journal that is an older copy of itself', () => {
  test('is noticed by a consumer that is further, which reads again from zero under a new epoch', async () => {
    const till = (await suite.till()).sell(5);
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow(till.terminal);
    const epoch = consumer.epoch;
    consumer.number = 7;
    await suite.query('DELETE FROM dirty_terminal');
    await consumer.follow(till.terminal);
    expect(consumer).toMatchObject({ epoch: epoch + 1, number: 5, restarts: 1 });
    // Every terminal of the chain has to be read again, not only the one by which it was noticed.
    const dirty = await suite.query('SELECT terminal FROM dirty_terminal');
    expect(dirty).toHaveLength((await suite.query('SELECT 1 FROM terminal')).length);
  });

  test('is noticed by another entry at the same place', async () => {
    const till = (await suite.till()).sell(3);
    await receiveUpload(suite.deps, till.upload());
    const consumer = new TestConsumer(suite.deps, suite.tenant);
    await consumer.follow(till.terminal);
    consumer.hash = 'f'.repeat(64);
    await consumer.follow(till.terminal);
    expect(consumer.restarts).toBe(1);
  });

  test('opens an epoch above the highest that anybody knows; those behind it follow', async () => {
    const till = (await suite.till()).sell(3);
    await receiveUpload(suite.deps, till.upload());
    const [ahead, behind] = [new TestConsumer(suite.deps, suite.tenant), new TestConsumer(suite.deps, suite.tenant)];
    await behind.follow(till.terminal);
    ahead.epoch = behind.epoch + 10;
    ahead.number = 2;
    await ahead.follow(till.terminal);
    expect(ahead.epoch).toBe(behind.epoch + 11);
    await behind.follow(till.terminal);
    expect(behind).toMatchObject({ epoch: ahead.epoch, restarts: 1, number: 3 });
  });

  test('is noticed by a till that was told of more', async () => {
    const till = (await suite.till()).sell(4);
    const first = await receiveUpload(suite.deps, till.upload());
    till.acked = { epoch: first.answer.epoch, seq: first.answer.through.seq };
    expect((await receiveUpload(suite.deps, till.upload(5))).answer.epoch).toBe(first.answer.epoch);
    till.sell(2);
    till.acked = { epoch: first.answer.epoch, seq: 5 };
    const { answer } = await receiveUpload(suite.deps, till.upload(6));
    expect(answer).toMatchObject({ epoch: first.answer.epoch + 1, through: { seq: 4 }, resendFrom: 5 });
    // The same upload again, with what it knew then: the epoch stays.
    expect((await receiveUpload(suite.deps, till.upload(6))).answer.epoch).toBe(first.answer.epoch + 1);
  });
});
