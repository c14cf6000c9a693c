import { randomUUIDv7 } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import {
  branchChanged,
  productsChanged,
  terminalChanged,
  type EventDefinition,
  type FeedItem,
  type ProductFacts,
} from '@nexus/contracts';
import { createTestTenant, waitFor, type TestTenant } from '@nexus/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { subscribers } from '../subscribers.ts';
import { createSyncSuite, factsOf, type SyncSuite } from '../testing/suite.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { TestTill } from '../testing/test-till.ts';

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

/** Hands events to their handler as the consumer does: in one transaction of the tenant. */
const hear = (tenant: TestTenant, definition: EventDefinition, ...data: unknown[]) =>
  suite.db.tx(tenant, async (tx) => {
    const handler = subscribers(suite.deps).find((h) => h.definition === definition);
    const events = data.map((d) => ({ data: d }));
    await handler?.handle(tx, events as unknown as Parameters<NonNullable<typeof handler>['handle']>[1]);
  });

const product = (id: string, priceMinor: number): ProductFacts => ({
  id,
  code: id.slice(-6),
  description: 'Soap',
  unit: 'ea',
  taxGroup: 'standard',
  priceMinor,
  currency: 'GHS',
  barcodes: [],
  variants: [],
  active: true,
  revision: priceMinor,
});
const products = (count: number) => Array.from({ length: count }, () => randomUUIDv7()).map((id) => product(id, 100));

const tokenOf = (tenant: TestTenant, subject = randomUUIDv7()) =>
  app.token({ tenant: tenant.tenantId, permissions: ['till:operate'], subject });

type Line = FeedItem | { k: 'page-end'; next?: string; cursor: string };
async function snapshot(token: string, limit: number): Promise<{ items: FeedItem[]; cursor: string; pages: number }> {
  const items: FeedItem[] = [];
  let cursor: string | undefined;
  let after = '';
  for (let pages = 1; ; pages += 1) {
    const response = await app.get(`/snapshot?limit=${limit}${after}`, token);
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const end = lines.pop();
    if (end?.k !== 'page-end') throw new Error('the page was cut off');
    items.push(...(lines as FeedItem[]));
    cursor ??= end.cursor;
    if (end.next === undefined) return { items, cursor, pages };
    after = `&after=${end.next}`;
  }
}
interface Changes {
  items: FeedItem[];
  cursor: string;
  more: boolean;
}
const changes = async (token: string, after: string, limit = 1000): Promise<Changes> =>
  (await (await app.get(`/changes?after=${after}&limit=${limit}`, token)).json()) as Changes;

describe('what tills keep copies of', () => {
  test('the snapshot page by page, then only what changed, in order', async () => {
    const tenant = await createTestTenant(suite.provisioner);
    const token = tokenOf(tenant);
    const all = products(25);
    await hear(tenant, productsChanged, { products: all.slice(0, 20) }, { products: all.slice(20) });
    const { items, cursor, pages } = await snapshot(token, 10);
    expect(pages).toBe(3);
    expect(items.map(({ d }) => (d as ProductFacts).id)).toEqual(all.map(({ id }) => id).sort());
    expect(await changes(token, cursor)).toEqual({ items: [], cursor, more: false });

    const [first, second] = all as [ProductFacts, ProductFacts];
    await hear(tenant, productsChanged, { products: [product(first.id, 5), product(second.id, 6)] });
    await hear(tenant, productsChanged, { products: [product(first.id, 7)] });
    const page = await changes(token, cursor, 1);
    expect(page).toMatchObject({ more: true, items: [{ d: { id: second.id, priceMinor: 6 } }] });
    const rest = await changes(token, page.cursor, 1);
    expect(rest).toMatchObject({ more: false, items: [{ d: { id: first.id, priceMinor: 7 } }] });
    // The same state again, as after a restored log: nobody need hear of it.
    await hear(tenant, productsChanged, { products: [product(first.id, 7)] });
    expect((await changes(token, rest.cursor)).items).toEqual([]);
  });

  test('nothing is skipped under writers who commit in any order', async () => {
    const tenant = await createTestTenant(suite.provisioner);
    const token = tokenOf(tenant);
    const { cursor } = await snapshot(token, 10);
    const batches = Array.from({ length: 12 }, () => products(5));
    const seen = new Set<string>();
    let at = cursor;
    const read = async () => {
      const page = await changes(token, at, 7);
      at = page.cursor;
      for (const { d } of page.items) seen.add((d as ProductFacts).id);
    };
    await Promise.all([
      ...batches.map((batch) => hear(tenant, productsChanged, { products: batch })),
      (async () => {
        for (let i = 0; i < 10; i += 1) await read();
      })(),
    ]);
    for (let more = true; more;) {
      const before = at;
      await read();
      more = before !== at;
    }
    expect(seen).toEqual(new Set(batches.flat().map(({ id }) => id)));
  });

  test('a cursor of a copy that was lost asks for a new snapshot', async () => {
    const tenant = await createTestTenant(suite.provisioner);
    const token = tokenOf(tenant);
    await hear(tenant, productsChanged, { products: products(3) });
    const { cursor } = await snapshot(token, 10);
    await suite.db.tx(tenant, async (tx) => {
      await tx.query('UPDATE till_batch SET stamp = $1', [randomUUIDv7()]);
    });
    const gone = await app.get(`/changes?after=${cursor}`, token);
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ code: 'SYN-1005' });
    const ahead = Buffer.from(JSON.stringify([999, randomUUIDv7()])).toString('base64url');
    expect((await app.get(`/changes?after=${ahead}`, token)).status).toBe(410);
    for (const bad of ['x', 'bnVsbA', Buffer.from('[-1,null]').toString('base64url')])
      expect((await app.get(`/changes?after=${bad}`, token)).status).toBe(400);
    expect((await app.get('/snapshot?after=bnVsbA', token)).status).toBe(400);
  });

  test('is compressed for whoever takes that, and only for tills', async () => {
    const tenant = await createTestTenant(suite.provisioner);
    await hear(tenant, productsChanged, { products: products(50) });
    const raw = await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      void import('node:http').then(({ get }) =>
        get(
          `${app.url}/snapshot`,
          { headers: { authorization: `Bearer ${tokenOf(tenant)}`, 'accept-encoding': 'zstd;q=0, gzip' } },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () =>
              resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
            );
          },
        ).on('error', reject),
      );
    });
    expect(raw.encoding).toBe('gzip');
    expect(gunzipSync(raw.body).toString().split('\n')).toHaveLength(52);
    const person = app.token({ tenant: tenant.tenantId, permissions: ['catalog:read'] });
    for (const path of ['/snapshot', '/changes?after=x', '/nudges'])
      expect((await app.get(path, person)).status).toBe(403);
  });
});

describe('terminals', () => {
  test('are known by their key as soon as identity says so, and their announced chain settles what was open', async () => {
    const till = new TestTill();
    await hear(suite.tenant, terminalChanged, factsOf(till, { keyId: null, publicKey: null, chain: null }));
    await hear(suite.tenant, terminalChanged, factsOf(till));
    expect(await suite.deps.keys.owner(till.keyId)).toMatchObject({
      tenantId: suite.tenant.tenantId,
      terminal: till.terminal,
    });
  });

  test("of another tenant cannot take somebody's key", async () => {
    const other = await createTestTenant(suite.provisioner);
    const till = await suite.till();
    const thief = new TestTill();
    await hear(other, terminalChanged, factsOf(thief, { keyId: till.keyId, publicKey: till.publicKey }));
    expect(await suite.deps.keys.owner(till.keyId)).toMatchObject({
      tenantId: suite.tenant.tenantId,
      chain: till.chain,
    });
  });
});

describe('nudges', () => {
  const open = async (token: string, signal: AbortSignal) => {
    const response = await fetch(`${app.url}/nudges`, { headers: { authorization: `Bearer ${token}` }, signal });
    const heard = { text: '', ended: false };
    void (async () => {
      for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk as Uint8Array).toString();
      heard.ended = true;
    })().catch(() => {
      heard.ended = true;
    });
    await waitFor(() => heard.text.includes(': open'), { what: 'the stream' });
    return heard;
  };

  test('reach the tills of the tenant whose feed moved, once they can be read, and nobody else', async () => {
    const [a, b] = [await createTestTenant(suite.provisioner), await createTestTenant(suite.provisioner)];
    const abort = new AbortController();
    const [own, foreign] = [await open(tokenOf(a), abort.signal), await open(tokenOf(b), abort.signal)];
    const nudges = ({ text }: { text: string }): number => text.split('event: changes').length - 1;
    // The first says that what moved until now may have been missed.
    await waitFor(() => nudges(own) === 1 && nudges(foreign) === 1, { what: 'the first nudge of each' });
    const branch = { id: randomUUIDv7(), index: 0, name: 'Osu', legalEntity: randomUUIDv7(), brand: null };
    await hear(a, branchChanged, { ...branch, zone: 'Africa/Accra', dayCutoffMinutes: 0, currency: 'GHS' });
    await waitFor(() => nudges(own) === 2, { what: 'a nudge' });
    expect(nudges(foreign)).toBe(1);
    abort.abort();
  });

  test('end for a terminal that is revoked, and for the oldest of too many streams', async () => {
    const till = await suite.till();
    const abort = new AbortController();
    const token = tokenOf(suite.tenant, till.terminal);
    const streams: Awaited<ReturnType<typeof open>>[] = [];
    for (let i = 0; i < 3; i += 1) streams.push(await open(token, abort.signal));
    await waitFor(() => streams[0]?.ended, { what: 'the end of the oldest stream' });
    expect(streams.slice(1).map(({ ended }) => ended)).toEqual([false, false]);
    await hear(suite.tenant, terminalChanged, factsOf(till, { revokedAt: '2026-11-20T10:00:00Z' }));
    await waitFor(() => streams.every(({ ended }) => ended), { what: 'the end of all streams' });
    abort.abort();
  });
});
