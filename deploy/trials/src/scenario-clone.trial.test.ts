import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { releaseAnswer, terminalFacts } from '@nexus/contracts';
import { seededRandom } from '@nexus/demo-data';
import { sendDisorderly } from '@nexus/terminal-headless';
import { waitFor } from '@nexus/testkit';
import { config } from './config.ts';
import { openShop, type Shop } from './test-support/shop.ts';
import type { ShopTill } from './test-support/shop-till.ts';

/* One terminal, several devices: copied, restored from a backup, replaced, and back from repair when nobody expects it. */

jest.setTimeout(300_000);

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('Scenarios of devices', 6);
}, 900_000);
afterAll(() => shop.close());

/** Every upload three times at once and in any order, one entry or two in each. */
const sendBadly = async (shopTill: ShopTill, seed: number): Promise<void> => {
  const random = seededRandom(seed);
  const shuffle = () => random.next();
  await sendDisorderly(shopTill.till, { duplicate: true, shuffle, limits: { entries: 2, bytes: 1_000_000 } });
  await shopTill.sendAll();
};

const union = async (...tills: ShopTill[]): Promise<number> =>
  new Set((await Promise.all(tills.map((one) => one.lines()))).flat()).size;

describe('a till whose database was copied', () => {
  test('both sides are counted, each once, however they are sent; a fork is reported and an exception names it', async () => {
    const original = await shop.newTill();
    await original.sellTimes(3, 100);
    await original.sendAll();
    await original.close();
    const clone = await shop.copyOf(original, 'clone');
    await original.open();
    original.clock.set(0, '10:00');
    clone.clock.set(0, '10:00');
    await original.sellTimes(4, 1_000);
    await clone.sellTimes(6, 10_000);
    await clone.closeShift();
    await Promise.all([sendBadly(original, config.seed), sendBadly(clone, config.seed + 1)]);

    const row = await shop.proofOf(original);
    const expected = { sales: 13, grossSalesMinor: 3 * 100 + 4 * 1_000 + 6 * 10_000, gaps: 0, forks: 1 };
    expect(row).toMatchObject({ ...expected, journalEntries: await union(original, clone) });
    expect(row.duplicatesAbsorbed).toBeGreaterThan(0);
    const forks = (await shop.exceptionsOf('sync', original)).filter(({ kind }) => kind === 'fork');
    expect(forks).toMatchObject([{ severity: 'error', settledAt: null, detail: { seq: 6 } }]);

    for (const till of [original, clone]) {
      await till.till.sync.send({ heartbeat: true });
      expect((await till.till.sync.status()).clone).toMatchObject({ verdict: 'forked' });
    }

    // One of the two goes on in a chain of its own, which the old one announces: nothing forks any more.
    const { chain } = await clone.till.resetChain('this device is a copy');
    await clone.openShift();
    const fresh = await clone.sell([{ code: 'B' }]);
    const old = await original.sell([{ code: 'B' }]);
    expect(fresh.receipt.n).toBe(1);
    expect(fresh.receipt.s).not.toBe(old.receipt.s);
    await Promise.all([sendBadly(clone, config.seed), sendBadly(original, config.seed + 1)]);
    expect(await shop.proofOf(original)).toMatchObject({
      sales: 15,
      grossSalesMinor: expected.grossSalesMinor + 2 * 425,
      gaps: 0,
      forks: 1,
      journalEntries: await union(original, clone),
    });
    const kinds = (await shop.exceptionsOf('sync', original)).map(({ kind, detail }) => ({
      kind,
      chain: detail['chain'],
    }));
    expect(kinds).not.toContainEqual({ kind: 'chain-unannounced', chain });
  });

  test('a copy that is behind hears of it at its first contact, and goes on in a new chain without a fork', async () => {
    const original = await shop.newTill();
    await original.sellTimes(2, 100);
    await original.sendAll();
    await original.close();
    const copy = await shop.copyOf(original, 'behind');
    await original.open();
    await original.sellTimes(5, 100);
    await original.sendAll();

    expect((await copy.till.sync.send({ heartbeat: true })).clone).toMatchObject({ verdict: 'ahead', seq: 9 });
    expect((await copy.till.sync.status()).clone).toMatchObject({ verdict: 'ahead' });
    await original.close(); // it stays with its owner; the copy is the till from now on
    await copy.till.resetChain('restored from a backup');
    expect((await copy.till.sync.status()).clone).toBeNull();
    await copy.sellTimes(3, 1_000);
    await copy.sendAll();
    // The entry that announces the new chain stands beside the original's sixth: that is the one fork.
    expect(await shop.proofOf(copy)).toMatchObject({ sales: 10, grossSalesMinor: 700 + 3_000, gaps: 0, forks: 1 });
  });
});

describe('a device that dies and comes back from repair', () => {
  test('after its backup went on elsewhere: what it had not sent comes late, nothing is lost, nothing counts twice', async () => {
    const old = await shop.newTill();
    await old.sellTimes(3, 100);
    await old.sendAll();
    await old.close();
    const replacement = await shop.copyOf(old, 'replacement');
    await old.open();
    await old.sellTimes(5, 1_000); // never sent: it dies here
    await old.close();

    await replacement.till.resetChain('the device was replaced');
    await replacement.sellTimes(4, 10_000);
    await sendBadly(replacement, config.seed);
    expect(await shop.proofOf(replacement)).toMatchObject({ sales: 7, grossSalesMinor: 40_300, forks: 0, gaps: 0 });

    await old.open();
    await sendBadly(old, config.seed + 1);
    await replacement.sellTimes(1, 10_000);
    await replacement.sendAll();
    expect(await shop.proofOf(replacement)).toMatchObject({
      sales: 13,
      grossSalesMinor: 300 + 5_000 + 50_000,
      forks: 1,
      gaps: 0,
      journalEntries: await union(old, replacement),
    });
  });

  test('after its terminal was revoked and another took its place: its late sales wait for a person, then count once', async () => {
    const old = await shop.newTill();
    await old.sellTimes(2, 100);
    await old.sendAll();
    await old.sellTimes(3, 1_000);
    await shop.chain.api.call({
      method: 'POST',
      path: `/api/identity/terminals/${old.terminal.id}/revocation`,
      response: terminalFacts,
      repeatable: true,
    });
    const replacement = await shop.newTill();
    await replacement.sellTimes(1, 50);
    await replacement.sendAll();
    expect(await shop.proofOf(replacement)).toMatchObject({ sales: 1, grossSalesMinor: 50 });

    const known = async () => (await shop.journalOf(old)).revokedAt !== null;
    await waitFor(known, { what: 'sync to know of the revocation', timeoutMs: 60_000 });
    // It may deliver its journal, as often as it likes, and nothing else.
    await sendBadly(old, config.seed);
    await old.close();
    await old.open(); // a token from before would be good for another minute
    await expect(old.till.sync.refresh()).rejects.toThrow('revoked');
    expect(await shop.proofOf(old)).toMatchObject({ sales: 2, grossSalesMinor: 200, receivedThrough: 7, tillHead: 7 });
    expect((await shop.exceptionsOf('sync', old)).map(({ kind }) => kind)).toContain('terminal-revoked');

    const release = (): Promise<{ released: number }> =>
      shop.chain.api.call({
        method: 'POST',
        path: `/api/sync/terminals/${old.terminal.id}/release`,
        response: releaseAnswer,
        repeatable: true,
      });
    expect(await release()).toEqual({ released: 3 });
    expect(await release()).toEqual({ released: 0 });
    expect(await shop.proofOf(old)).toMatchObject({ sales: 5, grossSalesMinor: 3_200, gaps: 0, forks: 0 });
    expect(await shop.proofOf(replacement)).toMatchObject({ sales: 1, grossSalesMinor: 50 });
  });
});
