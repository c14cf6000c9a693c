import { describe, expect, jest, test } from '@jest/globals';
import { findByBarcode, findByCode, lineForProduct, searchProducts } from '@nexus/terminal-core';
import { FakePlatform } from './test-support/fake-platform.ts';
import { MANAGER, openTestTill, product, TAX_GROUP } from './test-support/harness.ts';

const taxGroup = { k: 'tax-group' as const, d: { ...TAX_GROUP, name: 'Standard' } };
const item = (n: number, change: Partial<ReturnType<typeof product>> = {}) => ({
  k: 'product' as const,
  d: { ...product(n), ...change },
});

describe('enrolment', () => {
  test('survives a lost answer with the same code: key and chain stay the same', async () => {
    const platform = new FakePlatform();
    let calls = 0;
    platform.fail = (call) => (call === 'enrol' && ++calls === 1 ? 'after' : null);
    await expect(openTestTill({ platform })).rejects.toThrow('was lost');
    const { till } = await openTestTill({ platform });
    expect(till.facts).toMatchObject({ branch: { name: 'Osu' }, terminal: { chain: till.context.journal.head.chain } });
    expect(await till.enrol('TEST-CODE')).toEqual({ ok: false, reason: 'enrolled-already' });
  });

  test('that is tried again on one device brings the same key and chain', async () => {
    const { createHeadlessTill } = await import('./headless-till.ts');
    const platform = new FakePlatform();
    const asked = jest.spyOn(platform, 'enrol');
    let calls = 0;
    platform.fail = (call) => (call === 'enrol' && ++calls === 1 ? 'after' : null);
    const till = await createHeadlessTill({ platform });
    await expect(till.enrol('TEST-CODE')).rejects.toThrow('was lost');
    expect(await till.enrol('TEST-CODE')).toMatchObject({ ok: true });
    const [first, second] = asked.mock.calls.map(([{ publicKey, chain }]) => ({ publicKey, chain }));
    expect(second).toEqual(first);
  });

  test('comes first: without it nothing is written', async () => {
    const { createHeadlessTill } = await import('./headless-till.ts');
    const till = await createHeadlessTill({ platform: new FakePlatform() });
    await expect(till.openShift({ cashier: 'a', floatMinor: 0 })).rejects.toThrow('not enrolled');
    await expect(till.openDrawer('x', MANAGER)).rejects.toThrow('not enrolled');
    expect(() => till.sync.start()).toThrow('not enrolled');
  });
});

describe('the feed', () => {
  test('brings the snapshot page by page, then what changed, and again only what is new', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup, ...[1, 2, 3, 4, 5].map((n) => item(n))];
    expect(await till.sync.refresh()).toEqual({ items: 6, snapshot: true });
    platform.changeLog.push(
      item(2, { description: 'Renamed kettle', revision: 9 }),
      item(3, { active: false, revision: 10 }),
    );
    expect(await till.sync.refresh()).toEqual({ items: 2, snapshot: false });
    expect(await till.sync.refresh()).toEqual({ items: 0, snapshot: false });
    const { store, state } = till.context;
    expect((await findByBarcode(store, '200000000002')).map(({ product: found }) => found.description)).toEqual([
      'Renamed kettle',
    ]);
    expect(await findByBarcode(store, '200000000003')).toEqual([]);
    expect((await searchProducts(store, 'renam kett')).map(({ code }) => code)).toEqual(['P2']);
    expect(await searchProducts(store, '"); DROP TABLE product; --')).toEqual([]);
    expect(await findByCode(store, 'P4')).toMatchObject({ code: 'P4' });
    expect(state.catalogueRevision).toBe(10);
  });

  test('that broke off in the middle of a snapshot goes on from there', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup, ...[1, 2, 3, 4, 5].map((n) => item(n))];
    let pages = 0;
    platform.fail = (call) => (call === 'snapshot' && ++pages === 3 ? 'before' : null);
    await expect(till.sync.refresh()).rejects.toThrow('did not arrive');
    // What changed meanwhile is not missed: the first page's cursor counts.
    platform.changeLog.push(item(1, { description: 'Changed meanwhile', revision: 20 }));
    expect(await till.sync.refresh()).toEqual({ items: 2 + 1, snapshot: true });
    expect((await findByCode(till.context.store, 'P1'))?.description).toBe('Changed meanwhile');
  });

  test('of another epoch means a new snapshot, which takes out what is no longer there', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup, item(1), item(2)];
    await till.sync.refresh();
    platform.feedEpoch = 2;
    platform.snapshotItems = [taxGroup, item(2), item(3)];
    expect(await till.sync.refresh()).toEqual({ items: 3, snapshot: true });
    const { store } = till.context;
    expect(await findByCode(store, 'P1')).toBeNull();
    expect(await findByBarcode(store, '200000000001')).toEqual([]);
    expect(await findByCode(store, 'P3')).toMatchObject({ code: 'P3' });
  });

  test('an older revision that comes late changes nothing', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup, item(1, { description: 'New', revision: 8 })];
    await till.sync.refresh();
    platform.changeLog.push(item(1, { description: 'Old', revision: 7 }));
    await till.sync.refresh();
    expect((await findByCode(till.context.store, 'P1'))?.description).toBe('New');
  });

  test('asks for a new token where the old one is not taken any more', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup];
    platform.tokensRefused = 1;
    expect(await till.sync.refresh()).toMatchObject({ items: 1 });
    platform.tokensRefused = 2;
    await expect(till.sync.refresh()).rejects.toThrow('not valid');
  });

  test('keeps the till’s own facts fresh, also that it was revoked', async () => {
    const { till, platform } = await openTestTill();
    const { terminal, branch } = till.facts!;
    platform.changeLog.push(
      { k: 'branch', d: { ...branch, name: 'Osu High Street' } },
      { k: 'branch', d: { ...branch, id: product(1).id, name: 'Elsewhere' } },
      { k: 'terminal', d: { ...terminal, revokedAt: '2026-03-02T10:00:00Z' } },
    );
    await till.sync.refresh();
    await till.sync.refresh();
    expect(till.facts?.branch.name).toBe('Osu');
    platform.feedEpoch = 2;
    platform.snapshotItems = [...platform.changeLog];
    await till.sync.refresh();
    expect(till.facts?.branch.name).toBe('Osu High Street');
    expect((await till.sync.status()).revoked).toBe(true);
  });
});

describe('a line for a product', () => {
  test('takes list price and tax group, or an override', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [taxGroup, item(1)];
    await till.sync.refresh();
    const { context } = till;
    expect(lineForProduct(context, product(1), 'GHS')).toMatchObject({
      ok: true,
      line: { unitPrice: 1001, source: 'list', quantity: 1000, taxGroup: TAX_GROUP },
    });
    expect(lineForProduct(context, product(1), 'GHS', { overrideMinor: 5, quantity: 3000 })).toMatchObject({
      line: { unitPrice: 5, listPrice: 1001, source: 'override', quantity: 3000 },
    });
    const foreign = { ...product(1), otherPrices: [{ currency: 'USD', priceMinor: 77 }] };
    expect(lineForProduct(context, foreign, 'USD')).toMatchObject({ line: { unitPrice: 77 } });
    expect(lineForProduct(context, product(1), 'USD')).toEqual({ ok: false, reason: 'other-currency' });
    expect(lineForProduct(context, { ...product(1), priceMinor: null }, 'GHS')).toEqual({
      ok: false,
      reason: 'no-price',
    });
    expect(lineForProduct(context, { ...product(1), taxGroup: 'gone' }, 'GHS')).toEqual({
      ok: false,
      reason: 'tax-group-unknown',
    });
  });
});
