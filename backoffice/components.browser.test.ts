/**
 * The built back office in a real browser, component by component: the platform is fixtures that keep the contracts, and
 * Keycloak is a fake. The way through the real platform is end-to-end.browser.test.ts.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { ROLE_BUNDLES } from '@nexus/contracts';
import type { Page } from 'playwright-core';
import { accessibilityFaults, PHONE, settled } from './test-support/browser.ts';
import { BRANCHES, PRODUCTS, TENANT } from './test-support/chain.ts';
import { componentBench } from './test-support/component-bench.ts';
import { dayRows, SALES, TODAY } from './test-support/figures.ts';

// A real browser on a busy machine: waits end by condition, this only bounds them.
jest.setTimeout(300_000);

const bench = componentBench();
const { visit, heading, text } = bench;
const GHS = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GHS', currencyDisplay: 'narrowSymbol' });

const PAGES = [
  '/',
  '/sales',
  `/sales/${SALES[2]!.key}`,
  '/products',
  `/products/${PRODUCTS[0]!.id}`,
  '/stock',
  '/exceptions',
  '/terminals',
];

describe('sign-in', () => {
  test('goes to Keycloak, finds the one chain, and comes back to the page that was asked for', async () => {
    const page = await visit('/products?search=milk');
    await heading(page, 'Products');
    expect(bench.site.keycloak.scopes).toEqual(['openid', `openid organization:${TENANT.slug}`]);
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/products?search=milk');
    expect(page.url()).not.toContain('code=');
    expect(await page.getByRole('complementary').innerText()).toContain('Kente Stores');
    await page.reload();
    await heading(page, 'Products');
    expect(bench.site.keycloak.scopes).toHaveLength(3);
  });

  test('a person with several chains chooses, and may choose another later', async () => {
    bench.site.state.organizations.push({ alias: 'adinkra', name: 'Adinkra Foods', kind: 'tenant', tenantId: null });
    const page = await visit('/');
    await heading(page, 'Which chain?');
    await page.getByRole('button', { name: 'Adinkra Foods' }).click();
    await heading(page, 'Today');
    expect(bench.site.keycloak.scopes.at(-1)).toBe('openid organization:adinkra');
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitem', { name: 'Switch chain' }).click();
    await page.getByRole('button', { name: 'Kente Stores' }).click();
    await heading(page, 'Today');
    expect(bench.site.keycloak.scopes.at(-1)).toBe(`openid organization:${TENANT.slug}`);
  });

  test('a chain that is not theirs any more is forgotten, without going round in circles', async () => {
    const page = await visit('/');
    await heading(page, 'Today');
    bench.site.state.organizations = [{ alias: 'other', name: 'Other', kind: 'tenant', tenantId: null }];
    await page.reload();
    await page.waitForFunction(() => localStorage.getItem('nexus.chain') === 'other');
    await heading(page, 'Today');
    bench.site.failures.set('/api/identity/token', 'NX-2004');
    await page.reload();
    await text(page, 'NX-2004');
    bench.site.state.organizations = [];
    await page.getByRole('button', { name: 'Try again' }).click();
    await heading(page, 'No chain yet');
  });

  test('says what is wrong when identity does not answer', async () => {
    bench.site.failures.set('/api/identity', 'NX-1000');
    const page = await visit('/');
    await text(page, 'NX-1000');
    bench.site.failures.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await heading(page, 'Today');
  });
});

describe('the menu', () => {
  test('has the pages that the person’s role opens; the start is the first of them', async () => {
    bench.site.state.permissions = [...ROLE_BUNDLES['stock-keeper']];
    const page = await visit('/');
    await heading(page, 'Products');
    expect(await page.getByRole('complementary').getByRole('link').allInnerTexts()).toEqual(['Products', 'Stock']);
  });

  test('somebody whose role opens none is told so', async () => {
    bench.site.state.permissions = [];
    await heading(await visit('/'), 'Nothing to see yet');
  });
});

describe('today', () => {
  const net = (branch?: string) =>
    dayRows(TODAY, TODAY, branch).reduce((sum, row) => sum + (row.kind === 'sale' ? row.gross : -row.gross), 0) / 100;

  test('shows the chain’s day, and a branch’s when one is picked', async () => {
    const page = await visit('/');
    await text(page, GHS.format(net()));
    await text(page, 'Saturday, 21 November 2026');
    await page.getByRole('button', { name: /^Branch/ }).click();
    await page.getByRole('combobox').fill('tamale');
    await page.keyboard.press('Enter');
    await text(page, GHS.format(net(BRANCHES.find(({ name }) => name === 'Tamale Central')!.id)));
    await page.getByRole('link', { name: 'Stock' }).first().click();
    await page.getByRole('button', { name: 'Branch: Tamale Central' }).waitFor();
  });

  test('follows the live line and says when it is broken', async () => {
    const page = await visit('/');
    await page.getByText('Live', { exact: true }).waitFor();
    await settled(page);
    await page.waitForFunction(() => document.querySelector('svg rect, svg path') !== null);
    const before = () => bench.site.asked.filter((asked) => asked.startsWith('GET /api/sales/days')).length;
    const asked = before();
    bench.site.sell();
    await waitUntil(() => before() > asked);
    // It stays away until that was seen.
    bench.site.failures.set('/api/sales/live', 'NX-3001');
    bench.site.cut();
    await text(page, 'Reconnecting…');
    bench.site.failures.clear();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test('shows each hour beside the day before’s, and the same for another day', async () => {
    const page = await visit('/');
    const hours = page.getByRole('table', { name: 'Hour by hour' });
    await hours.getByRole('columnheader', { name: 'Yesterday' }).waitFor();
    const amounts = (hour: string) =>
      hours.getByRole('row').filter({ hasText: hour }).getByRole('cell').allInnerTexts();
    const [today, yesterday] = await amounts('10:00');
    expect([today, yesterday].every((amount) => amount?.startsWith('GH₵') && amount !== GHS.format(0))).toBe(true);
    expect((await amounts('18:00'))[0]).toBe(GHS.format(0));
    await page.getByRole('button', { name: 'Previous day' }).click();
    await hours.getByRole('columnheader', { name: 'Thursday' }).waitFor();
  });

  test('goes back day by day', async () => {
    const page = await visit('/');
    await settled(page);
    await page.getByRole('button', { name: 'Previous day' }).click();
    await heading(page, 'Friday, 20 November 2026');
    await text(page, /% on Friday/);
    await page.getByRole('button', { name: 'Back to today' }).click();
    await heading(page, 'Today');
  });
});

describe('sales', () => {
  test('are found by receipt and opened', async () => {
    const page = await visit('/sales');
    await settled(page);
    const sale = SALES[2]!;
    await page.getByRole('textbox', { name: 'Receipt number' }).fill(String(sale.receipt!.number));
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await page.getByRole('link', { name: `#${sale.receipt!.number}` }).click();
    await heading(page, `Sale #${sale.receipt!.number}`);
    await text(page, GHS.format(sale.gross / 100));
    await text(page, sale.lineItems[0]!.description);
    await text(page, 'Applied by inventory');
    await page.getByRole('button', { name: 'Show the entry' }).click();
    await text(page, `"gross": ${sale.gross}`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show the entry' }).waitFor();
  });

  test('say where their replay has not come yet', async () => {
    const page = await visit(`/sales/${SALES[1]!.key}`);
    await text(page, 'Applied by sales');
    await text(page, 'Waiting for inventory');
  });

  test('come page by page, to the end', async () => {
    const page = await visit('/sales');
    await settled(page);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 100);
    await page.getByRole('button', { name: 'Show more' }).click();
    await text(page, 'That is everything.');
    expect(await page.locator('tbody tr').count()).toBe(SALES.length);
  });

  test('one that is not there says so, with its code', async () => {
    const page = await visit('/sales/00000000-0000-8000-8000-000000000000');
    await text(page, 'NX-1002');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });
});

describe('products', () => {
  test('are found by a whole barcode too', async () => {
    const product = PRODUCTS[7]!;
    const page = await visit('/products');
    await settled(page);
    await page.getByRole('textbox', { name: /Search/ }).fill(product.barcodes[0]!);
    await page.getByRole('link', { name: product.description }).click();
    await heading(page, product.description);
    await text(page, GHS.format(product.priceMinor! / 100));
    await text(page, 'Stock by branch');
  });

  test('one that is opened while a search is still due stays open', async () => {
    const product = PRODUCTS[7]!;
    const page = await visit('/products');
    await settled(page);
    // The product's page is slow to come, and the pause after the typing ends in the meantime.
    const slow = Promise.withResolvers<undefined>();
    await page.route(/\/_app\/.+\.js$/, async (route) => {
      await slow.promise;
      await route.continue();
    });
    await page.getByRole('textbox', { name: /Search/ }).fill(product.description);
    await page.getByRole('link', { name: product.description }).click();
    await page.clock.runFor(1_000);
    slow.resolve(undefined);
    await heading(page, product.description);
    expect(page.url()).toContain(product.id);
  });
});

describe('stock', () => {
  test('below zero, with the movements behind it', async () => {
    const page = await visit('/stock');
    await settled(page);
    await page.getByRole('switch', { name: 'Only below zero' }).click();
    await page.waitForURL(/below=true/);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('tbody tr')].every((row) => /-\d/.test(row.textContent)),
    );
    await page.locator('tbody tr').first().getByRole('button').click();
    await page.getByRole('dialog').getByText('+24').first().waitFor();
  });
});

describe('every list', () => {
  const lists: [string, string][] = [
    ['/sales', '/api/sales/transactions'],
    ['/products', '/api/catalog/products'],
    ['/stock', '/api/inventory/stock'],
    ['/terminals', '/api/sync/terminals'],
    ['/', '/api/sales/days'],
  ];
  test.each(lists)('%s says what went wrong and recovers', async (path, api) => {
    bench.site.failures.set(api, 'NX-1000');
    const page = await visit(path);
    await text(page, 'NX-1000');
    bench.site.failures.clear();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).last().click();
    await page.locator('table').first().waitFor({ state: 'attached' });
  });

  const hints: [string, RegExp][] = [
    ['/', /first sale/],
    ['/sales', /Nothing matches/],
    ['/products', /Import your catalogue/],
    ['/stock', /first count or sale/],
    ['/exceptions', /Everything adds up/],
    ['/terminals', /enrol a device/],
  ];
  test.each(hints)('%s of a new chain says what to do first', async (path, hint) => {
    bench.site.state.empty = true;
    await text(await visit(path), hint);
  });
});

describe('appearance', () => {
  const isDark = (page: Page) => page.evaluate(() => document.documentElement.classList.contains('dark'));

  test('follows the device until the person chooses, and the choice stays', async () => {
    const page = await visit('/products', { colorScheme: 'dark' });
    await heading(page, 'Products');
    expect(await isDark(page)).toBe(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForFunction(() => !document.documentElement.classList.contains('dark'));
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    expect(await isDark(page)).toBe(true);
    await page.reload();
    expect(await isDark(page)).toBe(true);
    await heading(page, 'Products');
  });

  test('on a phone every page fits and the menu is at the thumb', async () => {
    const page = await visit('/', { viewport: PHONE, hasTouch: true });
    for (const path of PAGES) {
      await page.goto(bench.site.origin + path);
      await settled(page);
      const [page_, screen] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect([path, page_]).toEqual([path, screen]);
    }
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Exceptions' }).click();
    await heading(page, 'Exceptions');
  });
});

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)('a checker finds nothing to complain about, %s', async (colorScheme) => {
    const page = await visit('/', { colorScheme, reducedMotion: 'reduce' });
    const faults: string[] = [];
    for (const path of PAGES) {
      await page.goto(bench.site.origin + path);
      await settled(page);
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${path} ${fault}`));
    }
    expect(faults).toEqual([]);
    await page.goto(`${bench.site.origin}/exceptions`);
    await settled(page);
    await page.getByRole('button', { name: 'Settle' }).first().click();
    await page.getByRole('dialog').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('everything can be done with the keyboard alone', async () => {
    const page = await visit('/sales');
    await settled(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'content');
    // Receipt, date (three parts and its calendar), kind, then the first row.
    const first = `#${SALES[0]!.receipt!.number}`;
    for (let steps = 0; (await focused(page)) !== first && steps < 12; steps += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, `Sale ${first}`);
  });
});

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent.trim() ?? '');

/** Waits for something in this process; Playwright waits for what is in the page. */
async function waitUntil(holds: () => boolean, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come to pass in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
