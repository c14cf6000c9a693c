import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { exportJournalFile } from '@nexus/cli';
import { dayTotals, journalEntryDetail, journalFileAnswer } from '@nexus/contracts';
import { appliedThrough, openShop, type Shop } from './test-support/shop.ts';
import { dateOf, type ShopTill } from './test-support/shop-till.ts';

/* Sales that come late, or never: after a close, out of a broken till, out of one that is gone. */

jest.setTimeout(300_000);

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('Scenarios of late sales', 6);
}, 900_000);
afterAll(() => shop.close());

describe('sales that come after the close', () => {
  /** What a till sold by business date, as head office has it. */
  const soldByDay = async (shopTill: ShopTill): Promise<Record<string, { transactions: number; gross: number }>> => {
    const path = `/api/sales/days?from=${dateOf(-1)}&to=${dateOf(4)}`;
    const { rows } = await shop.chain.api.call({ path, response: dayTotals });
    const own = rows.filter(({ terminal, kind }) => terminal === shopTill.terminal.id && kind === 'sale');
    return Object.fromEntries(
      own.map(({ businessDate, transactions, gross }) => [businessDate, { transactions, gross }]),
    );
  };

  test('post on their own business date, also past midnight; the closed shift and the days around them stay', async () => {
    const [prompt, late] = [await shop.newTill(), await shop.newTill()];
    prompt.clock.set(0, '17:00');
    await prompt.sellTimes(3, 1_000);
    const closed = await prompt.closeShift();
    const closingLine = (await prompt.lines()).at(-1) ?? '';
    await prompt.sendAll();
    await late.sendAll();
    // Closed is closed: nothing can be sold without a shift.
    const refused = await prompt.till.finishSale({
      cart: await prompt.cart([{ code: 'A' }]),
      tenders: [{ type: 'cash' }],
    });
    expect(refused).toEqual({ ok: false, reason: 'no-shift' });

    late.line.fault = () => 'request-lost';
    late.clock.set(0, '23:50');
    await late.sellTimes(2, 700);
    late.clock.set(1, '00:20');
    await late.sellTimes(1, 50);
    const lateClosed = await late.closeShift();

    prompt.clock.set(1, '09:00');
    await prompt.openShift();
    await prompt.sellTimes(2, 200);
    await prompt.sendAll();
    await appliedThrough(shop, prompt, 5);
    const before = await soldByDay(prompt);
    expect(before).toEqual({
      [dateOf(0)]: { transactions: 3, gross: 3_000 },
      [dateOf(1)]: { transactions: 2, gross: 400 },
    });
    expect(await soldByDay(late)).toEqual({});

    // Three days later the line is back.
    late.clock.set(3, '12:00');
    late.line.fault = () => null;
    await late.sendAll();
    expect(await shop.proofOf(late)).toMatchObject({
      sales: 3,
      grossSalesMinor: 1_450,
      receivedThrough: 6,
      tillHead: 6,
    });
    expect(await soldByDay(late)).toEqual({ [dateOf(0)]: { transactions: 3, gross: 1_450 } });
    expect(await soldByDay(prompt)).toEqual(before);

    // Each closing entry says for ever what it said at the moment of closing, to the byte.
    expect(lateClosed.unsent).toMatchObject({ entries: 3, gross: 1_450 });
    for (const [till, line] of [
      [prompt, closingLine],
      [late, (await late.lines()).at(-1) ?? ''],
    ] as const) {
      const { i, c, s } = JSON.parse(line) as { i: string; c: string; s: number };
      const path = `/api/sync/entries/${i}?terminal=${till.terminal.id}&chain=${c}&seq=${s}`;
      const kept = await shop.chain.api.call({ path, response: journalEntryDetail });
      expect(kept).toMatchObject({ line, hash: createHash('sha256').update(line).digest('hex'), kind: 'shift-close' });
      expect(JSON.parse(kept.line ?? '')).toMatchObject({ w: { b: dateOf(0) } });
    }
    expect(JSON.parse(closingLine)).toMatchObject({
      expected: closed.expectedMinor,
      sales: { count: 3, gross: 3_000 },
    });
  });
});

describe('a till that is gone with what it had not sent', () => {
  /** Sends some, is cut off in the middle of the rest, and closes. */
  const cutOff = async (): Promise<ShopTill> => {
    const shopTill = await shop.newTill({ entriesPerUpload: 3 });
    await shopTill.sellTimes(4, 300);
    await shopTill.sendAll();
    await shopTill.sellTimes(7, 900);
    let uploads = 0;
    shopTill.line.fault = (path) => (path.endsWith('/journal') && ++uploads > 1 ? 'request-lost' : null);
    await expect(shopTill.till.sync.send()).rejects.toThrow();
    expect((await shopTill.till.sync.status()).unsent.entries).toBe(4);
    return shopTill;
  };

  test('is named with the last number known of it, and with the money that it held', async () => {
    const shopTill = await cutOff();
    await shopTill.close();
    await rm(shopTill.directory, { recursive: true });
    expect(await shop.proofOf(shopTill)).toMatchObject({
      sales: 7,
      grossSalesMinor: 4 * 300 + 3 * 900,
      receivedThrough: 9,
      tillHead: 13,
      gaps: 0,
    });
    expect(await shop.journalOf(shopTill)).toMatchObject({ unsent: { count: 4, gross: 3_600, currency: 'GHS' } });
  });

  test('loses nothing where a second copy of its journal was kept on a medium', async () => {
    const shopTill = await cutOff();
    await shopTill.close();
    const file = join(shop.directory, 'second-copy.journal');
    await exportJournalFile(shopTill.directory, file);
    await rm(shopTill.directory, { recursive: true });
    const args = ['journal', 'import', '--tenant', shop.chain.tenant.slug, '--file', file];
    for (const duplicates of [9, 13]) {
      expect(journalFileAnswer.parse(await shop.nexus(args))).toMatchObject({ entries: 13, duplicates });
      expect(await shop.proofOf(shopTill)).toMatchObject({
        sales: 11,
        grossSalesMinor: 4 * 300 + 7 * 900,
        receivedThrough: 13,
        tillHead: 13,
      });
    }
    expect(await shop.journalOf(shopTill)).toMatchObject({ unsent: { count: 0, gross: 0 } });
  });
});
