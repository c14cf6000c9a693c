import { randomUUIDv7 } from 'node:crypto';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { UPLOAD_HEADER, UPLOAD_SIGNATURE } from '@nexus/contracts';
import { encodeFileHeader, encodeFileUpload } from '@nexus/journal';
import { createTestTenant, withSuperuser } from '@nexus/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { storedLines } from '../testing/stored-lines.ts';
import type { TestTill } from '../testing/test-till.ts';
import type { RawUpload } from './verify-upload.ts';

let suite: SyncSuite;
let app: TestApp;
beforeAll(async () => {
  suite = await createSyncSuite();
  app = await startTestApp(suite.deps);
});
afterAll(async () => {
  await app?.close();
  await suite?.close();
});

const send = (upload: RawUpload, changes: { body?: Uint8Array; headers?: Record<string, string> } = {}) =>
  fetch(`${app.url}/journal`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      [UPLOAD_HEADER]: upload.header,
      [UPLOAD_SIGNATURE]: upload.signature,
      ...changes.headers,
    },
    body: new Uint8Array(changes.body ?? upload.body),
  });
const problem = async (response: Response) => ({
  status: response.status,
  code: ((await response.json()) as { code: string }).code,
});
const stored = (till: TestTill) => storedLines(suite, till).then((lines) => lines.length);

describe('POST /journal', () => {
  test('needs no token, and takes bodies as they are, gzip or zstd', async () => {
    const till = (await suite.till()).sell(6);
    expect((await send(till.upload(1, 2))).status).toBe(200);
    const two = till.upload(3, 4);
    expect((await send(two, { body: gzipSync(two.body), headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
    const three = till.upload(5, 6);
    const answer = await send(three, {
      body: zstdCompressSync(three.body),
      headers: { 'content-encoding': 'zstd' },
    });
    expect(await answer.json()).toMatchObject({ through: { seq: 6, hash: till.headHash }, epoch: 1 });
    expect(await stored(till)).toBe(6);
  });

  test('tells apart what is wrong with a request', async () => {
    const till = (await suite.till()).sell(1);
    const upload = till.upload();
    expect(await problem(await send(upload, { headers: { [UPLOAD_SIGNATURE]: '' } }))).toEqual({
      status: 401,
      code: 'SYN-1004',
    });
    expect(await problem(await send({ ...upload, header: 'e30' }))).toEqual({ status: 401, code: 'SYN-1003' });
    expect(await problem(await send(upload, { headers: { 'content-type': 'text/plain' } }))).toEqual({
      status: 415,
      code: 'NX-1004',
    });
    const unframed = Buffer.from('no newline at the end');
    expect((await send(upload, { body: unframed })).status).toBe(401);
    expect(await stored(till)).toBe(0);
  });

  test('ends a bomb of compressed zeros at its limit', async () => {
    const till = (await suite.till()).sell(1);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    const response = await send(till.upload(), { body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(await problem(response)).toEqual({ status: 413, code: 'NX-1003' });
  });

  test('of a tenant that is not here is not an accident', async () => {
    const nowhere = { tenantId: randomUUIDv7(), provisioningId: randomUUIDv7() };
    const till = (await suite.till()).sell(1);
    await suite.db.shared((tx) =>
      tx.query('UPDATE terminal_key SET tenant_id = $2 WHERE key_id = $1', [till.keyId, nowhere.tenantId]),
    );
    expect((await send(till.upload())).status).toBe(404);
  });
});

describe('POST /journal-files', () => {
  const fileOf = (till: TestTill, uploads: RawUpload[]) =>
    Buffer.concat([
      encodeFileHeader({ terminal: till.terminal, chain: till.chain, uploads: uploads.length }),
      ...uploads.map((upload) => encodeFileUpload({ ...upload, body: new Uint8Array(upload.body) })),
    ]);
  const bring = (token: string, file: Uint8Array) =>
    fetch(`${app.url}/journal-files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: new Uint8Array(file),
    });

  test('takes a file as often as one likes', async () => {
    const till = (await suite.till()).sell(5);
    const token = app.token({ tenant: suite.tenant.tenantId, permissions: ['journal:import'] });
    const file = fileOf(till, [till.upload(1, 3), till.upload(4, 5)]);
    const first = await (await bring(token, file)).json();
    expect(first).toEqual({
      terminal: till.terminal,
      uploads: 2,
      entries: 5,
      duplicates: 0,
      through: { seq: 5, hash: till.headHash },
    });
    expect(await (await bring(token, file)).json()).toMatchObject({ entries: 5, duplicates: 5 });
    expect(await stored(till)).toBe(5);
  });

  test("refuses another chain's till, a bent upload, and what is no journal file", async () => {
    const other = await createTestTenant(suite.provisioner);
    const foreign = (await suite.till({ tenant: other })).sell(1);
    const token = app.token({ tenant: suite.tenant.tenantId, permissions: ['journal:import'] });
    expect(await problem(await bring(token, fileOf(foreign, [foreign.upload()])))).toMatchObject({ code: 'SYN-1003' });
    const till = (await suite.till()).sell(2);
    const [good, bent] = [till.upload(1, 1), { ...till.upload(2, 2), body: till.upload(1, 1).body }];
    expect(await problem(await bring(token, fileOf(till, [good, bent])))).toMatchObject({ code: 'SYN-1004' });
    expect(await stored(till)).toBe(1);
    expect(await problem(await bring(token, Buffer.from('hello\n')))).toEqual({ status: 400, code: 'SYN-1002' });
    const nobody = app.token({ tenant: suite.tenant.tenantId, permissions: ['journal:read'] });
    expect((await bring(nobody, fileOf(till, [good]))).status).toBe(403);
  });
});

describe('what people see', () => {
  test('an entry with its signature and replay, only in their own chain and branches', async () => {
    const till = (await suite.till()).sell(2);
    await send(till.upload());
    const entry = JSON.parse(till.lines[1]?.bytes.toString() ?? '') as { i: string };
    const path = `/entries/${entry.i}?terminal=${till.terminal}&chain=${till.chain}&seq=2`;
    const tenant = suite.tenant.tenantId;
    const answer = await app.get(path, app.token({ tenant, permissions: ['journal:read'] }));
    expect(await answer.json()).toMatchObject({
      number: 2,
      hash: till.headHash,
      line: till.lines[1]?.bytes.toString(),
      held: false,
      upload: { keyId: till.keyId, byFile: false },
      replay: [
        { service: 'sales', applied: false },
        { service: 'inventory', applied: false },
      ],
    });
    const elsewhere = app.token({ tenant, permissions: ['journal:read'], branches: [randomUUIDv7()] });
    expect((await app.get(path, elsewhere)).status).toBe(404);
    const other = await createTestTenant(suite.provisioner);
    const foreign = app.token({ tenant: other.tenantId, permissions: ['journal:read'] });
    expect((await app.get(path, foreign)).status).toBe(404);
    expect(
      (await app.get(path.replace('seq=2', 'seq=1'), app.token({ tenant, permissions: ['journal:read'] }))).status,
    ).toBe(404);
  });

  test('terminals page by page, with the money that is still at the till', async () => {
    const other = await createTestTenant(suite.provisioner);
    const branch = randomUUIDv7();
    const tills = [];
    for (let i = 0; i < 3; i += 1) tills.push(await suite.till({ tenant: other, ...(i < 2 ? { branch } : {}) }));
    const [till] = tills as [TestTill, TestTill, TestTill];
    till.sell(5);
    await send(till.upload(1, 3, { unsent: { count: 5, gross: 7_500, cur: 'GHS', oldest: 1 } }));
    const token = app.token({ tenant: other.tenantId, permissions: ['terminals:read'] });
    interface Page {
      items: { terminal: string; unsent: unknown; receivedThrough: number; tillHead: number; entries: number }[];
      nextCursor?: string;
    }
    const first = (await (await app.get('/terminals?limit=2', token)).json()) as Page;
    const second = (await (await app.get(`/terminals?limit=2&cursor=${first.nextCursor ?? ''}`, token)).json()) as Page;
    const all = [...first.items, ...second.items];
    expect(new Set(all.map(({ terminal }) => terminal))).toEqual(new Set(tills.map(({ terminal }) => terminal)));
    expect(second.nextCursor).toBeUndefined();
    expect(all.find(({ terminal }) => terminal === till.terminal)).toMatchObject({
      receivedThrough: 3,
      tillHead: 5,
      entries: 3,
      // Three sales of 15.00 were in the upload itself.
      unsent: { count: 2, gross: 3_000, currency: 'GHS', oldest: 1 },
    });
    const cashier = app.token({ tenant: other.tenantId, permissions: ['terminals:read'], branches: [branch] });
    expect(((await (await app.get('/terminals', cashier)).json()) as Page).items).toHaveLength(2);
    expect((await app.get('/terminals?cursor=%00', token)).status).toBe(400);
  });

  test('the audit of a journal, recomputed from its bytes', async () => {
    const till = await suite.till();
    till.write();
    till.write({
      ...(JSON.parse(till.write().bytes.toString()) as Record<string, unknown>),
      k: 'return',
      i: randomUUIDv7(),
      s: 3,
      p: till.headHash,
    });
    till.sell(1);
    const voided = JSON.parse(till.lines[0]?.bytes.toString() ?? '') as { i: string };
    till.write({ k: 'post-void', of: voided.i, gross: 1_500, cur: 'GHS' });
    await send(till.upload());
    await send(till.upload());
    const token = app.token({ tenant: suite.tenant.tenantId, permissions: ['audit:read'] });
    const ask = { terminal: till.terminal, watermark: { epoch: 1, number: 5 } };
    const report = await (await app.post('/audit/audit-journal', token, ask)).json();
    expect(report).toMatchObject({
      journalEntries: 5,
      gaps: 0,
      forks: 0,
      duplicatesAbsorbed: 5,
      receivedThrough: 5,
      tillHead: 5,
      exceptions: 0,
      figures: [
        {
          currency: 'GHS',
          sales: 2,
          refunds: 1,
          saleLines: 6,
          refundLines: 3,
          grossSalesMinor: 3_000,
          grossRefundsMinor: 1_500,
          unitsSold: 6_000,
          unitsReturned: 3_000,
          voids: 1,
          grossVoidedMinor: 1_500,
        },
      ],
    });
    const holds = (r: unknown) =>
      Object.fromEntries(
        (r as { findings: { name: string; holds: boolean }[] }).findings.map((f) => [f.name, f.holds]),
      );
    expect(holds(report)).toEqual({
      'hash-chain': true,
      'positions-dense': true,
      'receipts-gapless': true,
      'upload-signatures': true,
    });
    // Somebody with the database alone rewrites a day.
    const table = `t_${suite.tenant.tenantId.replaceAll('-', '')}.journal_page`;
    const of = `WHERE terminal = $1 AND last_number >= 4 AND first_number <= 4`;
    const rewrite = (change: (body: Buffer) => Buffer) =>
      withSuperuser(suite.databases.superuserUrl('sync'), async (sql) => {
        const [page] = await sql(`SELECT body FROM ${table} ${of}`, [till.terminal]);
        await sql(`UPDATE ${table} SET body = $2 ${of}`, [till.terminal, change(page?.['body'] as Buffer)]);
      });
    await rewrite((body) => zstdCompressSync(zstdDecompressSync(body).toString().replace('1500', '1400')));
    expect(holds(await (await app.post('/audit/audit-journal', token, ask)).json())).toMatchObject({
      'hash-chain': false,
      'positions-dense': true,
    });
    // Or spoils what is stored: an audit says so, and goes on to the end.
    await rewrite((body) => body.subarray(0, 10));
    expect(holds(await (await app.post('/audit/audit-journal', token, ask)).json())).toMatchObject({
      'hash-chain': false,
      'positions-dense': true,
    });
  });
});
