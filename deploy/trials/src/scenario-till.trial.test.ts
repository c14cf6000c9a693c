import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { journalEntryDetail, saleEntry, transactionDetail, type SaleEntry } from '@nexus/contracts';
import { findTransaction, TillInUseError } from '@nexus/terminal-core';
import { sendDisorderly } from '@nexus/terminal-headless';
import { checkoutDir } from '@nexus/local';
import { waitFor } from '@nexus/testkit';
import { openShop, type Shop } from './test-support/shop.ts';
import type { ShopTill } from './test-support/shop-till.ts';

/* What users of other systems suffered at their tills, tried on the running platform; docs/scenarios.md has the table. */

jest.setTimeout(300_000);

const SELLER = join(checkoutDir, 'terminal/headless/src/test-support/selling-process.ts');
const MANAGER = [{ by: 'manager', how: 'pin', why: 'customer-request' }];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('Scenarios of tills', 10);
}, 900_000);
afterAll(() => shop.close());

/** A process that sells from the folder until it is killed, in the middle of whatever it does then. */
function startSelling(directory: string) {
  const child = spawn(process.execPath, [SELLER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const paid: string[] = [];
  lines.on('line', (line) => paid.push(line));
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return {
    paid,
    kill9: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('one writer, and nothing paid is lost', () => {
  test('a till killed while it sells has every sale it called paid; no second one opens beside it; both send at once', async () => {
    const shopTill = await shop.newTill({ entriesPerUpload: 4 });
    await shopTill.close();
    const seller = startSelling(shopTill.directory);
    await waitFor(() => seller.paid.length >= 25, { what: 'some sales' });
    await expect(shopTill.open()).rejects.toThrow(TillInUseError);
    await seller.kill9();

    // The lock went with the process: the next tab takes over where the first stopped.
    await shopTill.open();
    const entries = (await shopTill.lines()).map((line) => JSON.parse(line) as { k: string; i: string });
    const sold = entries.filter(({ k }) => k === 'sale').map(({ i }) => i);
    expect(sold).toEqual(expect.arrayContaining(seller.paid));
    // Even so, what two tabs would send twice is counted once.
    await sendDisorderly(shopTill.till, { duplicate: true, limits: { entries: 4, bytes: 1_000_000 } });
    const row = await shop.proofOf(shopTill);
    expect(row).toMatchObject({ sales: sold.length, journalEntries: entries.length, gaps: 0, forks: 0 });
    expect(row.duplicatesAbsorbed).toBeGreaterThanOrEqual(entries.length);
  });

  test('a line that breaks again and again: sending goes on from what the platform has', async () => {
    const shopTill = await shop.newTill({ entriesPerUpload: 3 });
    await shopTill.sellTimes(20, 250);
    let uploads = 0;
    shopTill.line.fault = (path) =>
      path.endsWith('/journal')
        ? ((['request-lost', null, 'answer-lost', 'busy'] as const)[uploads++ % 4] ?? null)
        : null;
    await shopTill.sendAll();
    expect(uploads).toBeGreaterThan(8);
    expect(await shop.proofOf(shopTill)).toMatchObject({
      sales: 20,
      grossSalesMinor: 5_000,
      gaps: 0,
      receivedThrough: 22,
    });
  });
});

describe('what is unsent', () => {
  test('is named at the till, at head office and by the close, which is itself an entry behind it', async () => {
    const shopTill = await shop.newTill({ entriesPerUpload: 2 });
    await shopTill.sendAll();
    shopTill.clock.set(0, '10:00');
    const oldest = shopTill.clock.ms;
    await shopTill.sellTimes(4, 1_000);
    expect((await shopTill.till.sync.status()).unsent).toEqual({ entries: 4, sales: 4, gross: 4_000, oldest });

    // Two of the four get through before the line is down for good.
    let uploads = 0;
    shopTill.line.fault = () => (++uploads > 1 ? 'request-lost' : null);
    await expect(shopTill.till.sync.send()).rejects.toThrow();
    expect(await shop.journalOf(shopTill)).toMatchObject({
      receivedThrough: 4,
      tillHead: 6,
      unsent: { count: 2, gross: 2_000, currency: 'GHS', oldest },
    });
    const status = await shopTill.till.sync.status();
    expect(status).toMatchObject({ unsent: { entries: 2, gross: 2_000 }, lastError: { failure: 'unreachable' } });

    const closed = await shopTill.closeShift();
    expect(closed.unsent).toMatchObject({ entries: 2, gross: 2_000 });
    shopTill.line.fault = () => null;
    await shopTill.sendAll();
    expect(await shop.proofOf(shopTill)).toMatchObject({
      sales: 4,
      grossSalesMinor: 4_000,
      receivedThrough: 7,
      tillHead: 7,
    });
    expect(JSON.parse((await shopTill.lines()).at(-1) ?? '')).toMatchObject({
      k: 'shift-close',
      s: 7,
      unsent: { count: 2, gross: 2_000 },
    });
    expect(await shop.journalOf(shopTill)).toMatchObject({ unsent: { count: 0, gross: 0, oldest: null } });
  });
});

describe('what reaches head office', () => {
  const detailOf = (key: string) =>
    shop.chain.api.call({ path: `/api/sales/transactions/${key}`, response: transactionDetail });

  test('is the sale to the minor unit: lines, quantities, tax, discounts, tenders; and each printed receipt is among it', async () => {
    const shopTill = await shop.newTill();
    const printed: { s: string; n: number }[] = [];
    for (const quantity of [1000, 2500, 333]) {
      const cart = await shopTill.cart([{ code: 'A', quantity }, { code: 'B' }, { code: 'C', priceMinor: 1_199 }]);
      cart.setDiscounts([{ source: 'manual', reason: 'regular-customer', rate: 70_000 }]);
      const tenders = [
        { type: 'mobile-money', tenderedMinor: 500 },
        { type: 'cash', tenderedMinor: 10_000 },
      ];
      const finished = await shopTill.till.finishSale({ cart, tenders });
      if (!finished.ok) throw new Error(finished.reason);
      shopTill.clock.ms += 60_000;
      for (let copies = 0; copies < 2; copies += 1) {
        const receipt = await shopTill.till.printReceipt(finished.entry.id);
        expect(receipt).toMatchObject({ entry: finished.entry.id, copy: copies > 0 });
        if (receipt) printed.push(receipt.number);
      }
    }
    await shopTill.sendAll();
    await shop.proofOf(shopTill);
    const listed = await shop.transactionsOf(shopTill);
    expect(listed.map(({ receipt }) => receipt?.number)).toEqual([1, 2, 3]);
    for (const { s, n } of printed)
      expect(listed).toContainEqual(expect.objectContaining({ receipt: { series: s, number: n } }));

    const entries = (await shopTill.lines()).flatMap((line) => {
      const entry = saleEntry.safeParse(JSON.parse(line));
      return entry.success ? [entry.data] : [];
    });
    for (const [index, entry] of entries.entries()) {
      const there = await detailOf(listed[index]?.key ?? '');
      expect(there).toMatchObject(expectedDetail(entry));
      expect(there.tenders.reduce((sum, { applied }) => sum + applied, 0)).toBe(there.payable);
    }
    expect(await shop.exceptionsOf('sales', shopTill)).toEqual([]);
  });

  const expectedDetail = (entry: SaleEntry) => ({
    entryId: entry.i,
    net: entry.T.net,
    tax: entry.T.tax.reduce((sum, { a }) => sum + a, 0),
    gross: entry.T.gross,
    discount: entry.T.disc,
    rounding: entry.T.round,
    payable: entry.T.pay,
    lineItems: entry.L.map(({ c, q, up, g, x }) => ({ code: c, quantity: q, unitPrice: up, gross: g, taxes: x })),
    tenders: entry.N.map(({ id, ty, td, ap, ch }) => ({ id, type: ty, tendered: td, applied: ap, change: ch ?? 0 })),
  });

  test('is computed again: a till that reckons otherwise counts as it sold, and is named', async () => {
    const shopTill = await shop.newTill();
    await shopTill.sell([{ code: 'B', quantity: 2000 }]);
    const sale = saleEntry.parse(JSON.parse((await shopTill.lines()).at(-1) ?? ''));
    const head = shopTill.till.context.journal.head;
    const wrong = { ...sale, s: head.seq + 1, p: head.hash, i: shopTill.till.context.journal.newId() };
    await shopTill.writeRaw(
      JSON.stringify({ ...wrong, r: { ...sale.r, n: 2 }, L: sale.L.map((line) => ({ ...line, q: 1000 })) }),
    );
    await shopTill.sendAll();
    expect(await shop.proofOf(shopTill)).toMatchObject({ sales: 2, grossSalesMinor: 2 * sale.T.gross });
    const found = await shop.exceptionsOf('sales', shopTill);
    expect(found.map(({ kind }) => kind)).toEqual(['recomputation-differs']);
  });

  test('is never less than it was: sold offline, pulled over, sent again after it was voided, it stays voided', async () => {
    const shopTill = await shop.newTill();
    const { entry } = await shopTill.sell([{ code: 'C' }]);
    await shopTill.till.sync.refresh(); // whatever the platform tells of the world, the till's own journal stands
    expect(await findTransaction(shopTill.till.context.store, entry.id)).toMatchObject({
      kind: 'sale',
      voidedBy: null,
    });
    await shopTill.sendAll();
    expect(await shop.proofOf(shopTill)).toMatchObject({ sales: 1, grossSalesMinor: 1_200 });

    const cart = await shopTill.cart([{ code: 'A' }, { code: 'B' }]);
    await shopTill.till.voidLine(cart, 1, MANAGER);
    await shopTill.till.cancelTransaction(cart);
    await shopTill.sell([{ code: 'B' }]);
    const voided = await shopTill.till.postVoid(entry.id, MANAGER);
    expect(voided.ok).toBe(true);
    await shopTill.till.context.store.run('UPDATE chain SET acknowledged = 0'); // as if no answer had ever come
    await shopTill.sendAll();
    expect(await shop.proofOf(shopTill)).toMatchObject({ sales: 1, grossSalesMinor: 425, gaps: 0, forks: 0 });

    const listed = await shop.transactionsOf(shopTill);
    expect(listed.map(({ kind, voided: undone }) => ({ kind, undone }))).toEqual([
      { kind: 'sale', undone: true },
      { kind: 'sale', undone: false },
      { kind: 'post-void', undone: false },
    ]);
    // Nothing is annihilated: what was taken out of a cart, given up and undone is there, byte for byte.
    for (const line of await shopTill.lines()) {
      const { i, c, s } = JSON.parse(line) as { i: string; c: string; s: number };
      const query = `terminal=${shopTill.terminal.id}&chain=${c}&seq=${s}`;
      const kept = await shop.chain.api.call({ path: `/api/sync/entries/${i}?${query}`, response: journalEntryDetail });
      expect(kept).toMatchObject({ line, hash: createHash('sha256').update(line).digest('hex') });
    }
  });
});

describe('lines that nobody can read', () => {
  const rewritten = async (shopTill: ShopTill, change: Record<string, unknown>): Promise<string> => {
    const { head, newId } = shopTill.till.context.journal;
    const last = JSON.parse((await shopTill.lines()).at(-1) ?? '') as Record<string, unknown>;
    return JSON.stringify({ ...last, s: head.seq + 1, p: head.hash, i: newId(), ...change });
  };

  test('are kept, acknowledged and named; what stands behind them goes on', async () => {
    const shopTill = await shop.newTill();
    await shopTill.sell();
    await shopTill.writeRaw('{"k":"sale","t":');
    await shopTill.sell();
    await shopTill.writeRaw(await rewritten(shopTill, { v: 7 }));
    await shopTill.sell();
    await shopTill.writeRaw(await rewritten(shopTill, { k: 'hologram-shown' }));
    await shopTill.sell();
    await shopTill.sendAll();
    expect(await shop.proofOf(shopTill)).toMatchObject({ sales: 4, journalEntries: 9, gaps: 0, exceptions: 3 });
    const found = await shop.exceptionsOf('sync', shopTill);
    expect(found.map(({ kind }) => kind).sort()).toEqual(['kind-unknown', 'line-unreadable', 'version-unknown']);
  });
});
