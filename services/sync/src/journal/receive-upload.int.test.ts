import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storedLines } from '../testing/stored-lines.ts';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import { TestTill } from '../testing/test-till.ts';
import { receiveUpload } from './receive-upload.ts';

let suite: SyncSuite;

const entries = (till: TestTill) => storedLines(suite, till);
const exceptions = (till: TestTill) =>
  suite.query<{ kind: string; settled_at: string | null; detail: Record<string, unknown> }>(
    'SELECT kind, settled_at, detail FROM exception WHERE terminal = $1 ORDER BY kind, key',
    [till.terminal],
  );

describe.each([
  ['PostgreSQL', false],
  ['PgBouncer in transaction mode', true],
])('on %s', (_name, pooled) => {
  beforeAll(async () => {
    suite = await createSyncSuite({ pooled });
  });
  afterAll(() => suite.close());

  describe('an upload', () => {
    test('is stored to the byte, numbered, acknowledged with hash, and marks the terminal dirty', async () => {
      const till = (await suite.till()).sell(5);
      const { answer } = await receiveUpload(suite.deps, till.upload());
      expect(answer).toMatchObject({ chain: till.chain, through: { seq: 5, hash: till.headHash }, epoch: 1 });
      expect(answer.resendFrom).toBeUndefined();
      const rows = await entries(till);
      expect(rows.map((row) => row.text)).toEqual(till.lines.map(({ bytes }) => bytes.toString()));
      expect(rows.map((row) => [row.number, row.seq, row.kind])).toEqual([1, 2, 3, 4, 5].map((n) => [n, n, 'sale']));
      expect(await suite.query('SELECT 1 FROM dirty_terminal WHERE terminal = $1', [till.terminal])).toHaveLength(1);
      expect(suite.news.at(-1)).toMatchObject({ terminalId: till.terminal, entries: 5, moreComing: false });
      expect(await exceptions(till)).toEqual([]);
      const [upload] = await suite.query<{ count: number; key_id: string; header: Buffer }>(
        'SELECT count, key_id, header FROM journal_upload WHERE terminal = $1',
        [till.terminal],
      );
      expect(upload).toMatchObject({ count: 5, key_id: till.keyId });
    });

    test('sent three times at once is stored once; the copies are counted', async () => {
      const till = (await suite.till()).sell(20);
      const upload = till.upload();
      const answers = await Promise.all([1, 2, 3].map(() => receiveUpload(suite.deps, upload)));
      for (const { answer } of answers) expect(answer.through).toEqual({ seq: 20, hash: till.headHash });
      expect(await entries(till)).toHaveLength(20);
      const [row] = await suite.query('SELECT duplicates, number FROM terminal WHERE id = $1', [till.terminal]);
      expect(row).toEqual({ duplicates: '40', number: '20' });
      expect(await suite.query('SELECT 1 FROM journal_upload WHERE terminal = $1', [till.terminal])).toHaveLength(1);
    });

    test('before what it follows waits; the missing lines bring everything to its number', async () => {
      const till = (await suite.till()).sell(30);
      const late = await receiveUpload(suite.deps, till.upload(21, 30));
      expect(late.answer).toMatchObject({ through: { seq: 0 }, resendFrom: 1, stored: { first: 21, count: 10 } });
      const middle = await receiveUpload(suite.deps, till.upload(11, 20));
      expect(middle.answer.resendFrom).toBe(1);
      expect(await entries(till)).toEqual([]);
      const first = await receiveUpload(suite.deps, till.upload(1, 10));
      expect(first.answer.through).toEqual({ seq: 30, hash: till.headHash });
      expect((await entries(till)).map((row) => row.text)).toEqual(till.lines.map(({ bytes }) => bytes.toString()));
      expect(await suite.query('SELECT 1 FROM journal_waiting')).toEqual([]);
      const [row] = await suite.query('SELECT waiting FROM terminal WHERE id = $1', [till.terminal]);
      expect(row).toEqual({ waiting: 0 });
      expect(await exceptions(till)).toEqual([]);
    });

    test('before what it follows waits however large it is, and comes to its number piece by piece', async () => {
      const till = await suite.till();
      for (let i = 0; i < 7; i += 1) till.write({ k: 'sale', x: 'x'.repeat(i === 0 ? 10 : 900_000) });
      await receiveUpload(suite.deps, till.upload(2, 4));
      await receiveUpload(suite.deps, till.upload(5, 7));
      const { answer } = await receiveUpload(suite.deps, till.upload(1, 1));
      expect(answer.through).toEqual({ seq: 7, hash: till.headHash });
      expect((await entries(till)).map(({ hash }) => hash)).toEqual(till.lines.map(({ hash }) => hash));
      // Not all at once: as much as is begun within half an upload's bytes.
      const pages = await suite.query<{ size: number }>('SELECT size FROM journal_page WHERE terminal = $1', [
        till.terminal,
      ]);
      expect(Math.max(...pages.map(({ size }) => size))).toBeLessThan(3 * 1024 * 1024);
    });

    test('of a cloned till: both sides are kept, each gets its own answer, and an exception names the fork', async () => {
      const till = (await suite.till()).sell(10);
      await receiveUpload(suite.deps, till.upload());
      const clone = till.clone();
      clone.lines = clone.lines.slice(0, 8);
      till.sell(5);
      clone.sell(4);
      const [a, b] = [
        await receiveUpload(suite.deps, till.upload(11)),
        await receiveUpload(suite.deps, clone.upload(9)),
      ];
      expect(a.answer.through).toEqual({ seq: 15, hash: till.headHash });
      expect(b.answer.through).toEqual({ seq: 12, hash: clone.headHash });
      // Whoever comes second, and from then on both, hears that there are two.
      expect([a.answer.forks, b.answer.forks]).toEqual([undefined, 1]);
      expect(await entries(till)).toHaveLength(19);
      expect((await exceptions(till)).map((e) => e.kind)).toEqual(['fork']);
      clone.sell(2);
      const more = await receiveUpload(suite.deps, clone.upload(13));
      expect(more.answer.through).toEqual({ seq: 14, hash: clone.headHash });
      till.sell(1);
      expect((await receiveUpload(suite.deps, till.upload(16))).answer.through.hash).toBe(till.headHash);
      expect(await exceptions(till)).toHaveLength(1);
      // An upload without lines asks for its own side.
      const idle = await receiveUpload(suite.deps, clone.upload(15));
      expect(idle.answer).toMatchObject({ through: { seq: 14, hash: clone.headHash }, forks: 1 });
    });

    test('with lines nobody can read keeps every byte, says so, and goes on', async () => {
      const till = await suite.till();
      till.write();
      till.writeRaw('this is no JSON');
      till.writeRaw(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
      till.writeRaw(Buffer.from('{"a":"\0"}'));
      till.writeRaw('');
      till.write({ k: 'sale', v: 2 });
      till.write({ k: 'price-checked' });
      till.write({ ...{ k: 'sale' }, t: '019f0000-0000-7000-8000-00000000dead' });
      till.write({ k: 'sa\u0000le' });
      till.write();
      const { answer } = await receiveUpload(suite.deps, till.upload());
      expect(answer.through).toEqual({ seq: 10, hash: till.headHash });
      const rows = await entries(till);
      expect(rows.map((row) => Buffer.from(row.bytes).toString('hex'))).toEqual(
        till.lines.map(({ bytes }) => bytes.toString('hex')),
      );
      expect(rows.map((row) => row.kind)).toEqual([
        'sale',
        null,
        null,
        null,
        null,
        null,
        'price-checked',
        null,
        null,
        'sale',
      ]);
      expect((await exceptions(till)).map((e) => e.kind)).toEqual([
        'entry-misplaced',
        'kind-unknown',
        'line-unreadable',
        'line-unreadable',
        'line-unreadable',
        'line-unreadable',
        'line-unreadable',
        'version-unknown',
      ]);
      await receiveUpload(suite.deps, till.upload());
      expect(await exceptions(till)).toHaveLength(8);
    });

    test('of a chain that nobody announced is kept, and named', async () => {
      const till = (await suite.till()).sell(2);
      await receiveUpload(suite.deps, till.upload());
      till.chain = '019f0000-0000-7000-8000-0000000000aa';
      till.lines = [];
      till.sell(2);
      await receiveUpload(suite.deps, till.upload());
      expect((await exceptions(till)).map((e) => e.kind)).toEqual(['chain-unannounced']);
      expect(await entries(till)).toHaveLength(4);
    });

    test('of a chain that the old one announced is nothing special', async () => {
      const till = (await suite.till()).sell(2);
      const next = '019f0000-0000-7000-8000-0000000000bb';
      till.write({ k: 'chain-reset', next, why: 'new storage' });
      await receiveUpload(suite.deps, till.upload());
      till.chain = next;
      till.lines = [];
      till.sell(2);
      await receiveUpload(suite.deps, till.upload());
      expect(await exceptions(till)).toEqual([]);
    });
  });

  describe('refused is only', () => {
    test('what no known key has signed', async () => {
      const stranger = new TestTill().sell(1);
      // Nobody can be asked: it may be a new till, so it is told to come again.
      await expect(receiveUpload(suite.deps, stranger.upload())).rejects.toMatchObject({ code: 'NX-3001' });
      const till = (await suite.till()).sell(1);
      const upload = till.upload();
      await expect(receiveUpload(suite.deps, { ...upload, header: '!' })).rejects.toMatchObject({ code: 'SYN-1003' });
      await expect(receiveUpload(suite.deps, { ...upload, signature: 'AAAA' })).rejects.toMatchObject({
        code: 'SYN-1004',
      });
      const other = till.upload(1, 1, { at: 1 });
      await expect(receiveUpload(suite.deps, { ...upload, signature: other.signature })).rejects.toMatchObject({
        code: 'SYN-1004',
      });
      expect(await entries(till)).toEqual([]);
    });

    test('a body that is not the signed one, not lines, or too large', async () => {
      const till = (await suite.till()).sell(3);
      const upload = till.upload();
      const body = Buffer.from(upload.body);
      body[10] = 65;
      await expect(receiveUpload(suite.deps, { ...upload, body })).rejects.toMatchObject({ code: 'SYN-1004' });
      await expect(receiveUpload(suite.deps, till.upload(1, 3, { count: 2 }))).rejects.toMatchObject({
        code: 'SYN-1002',
      });
      await expect(receiveUpload(suite.deps, till.upload(1, 3, { last: '0'.repeat(64) }))).rejects.toMatchObject({
        code: 'SYN-1004',
      });
      await expect(receiveUpload(suite.deps, till.upload(1, 3, { count: 1001 }))).rejects.toMatchObject({
        code: 'SYN-1001',
      });
      till.writeRaw(`{"x":"${'y'.repeat(1024 * 1024)}"}`);
      await expect(receiveUpload(suite.deps, till.upload())).rejects.toMatchObject({ code: 'SYN-1001' });
      expect(await entries(till)).toEqual([]);
    });

    test("another terminal's name under a good signature", async () => {
      const [a, b] = [(await suite.till()).sell(1), (await suite.till()).sell(1)];
      const upload = a.upload(1, 1, { terminal: b.terminal });
      await expect(receiveUpload(suite.deps, upload)).rejects.toMatchObject({ code: 'SYN-1003' });
    });
  });
});
