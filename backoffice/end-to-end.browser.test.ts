/**
 * An owner's way through the back office on the real platform: real Keycloak, edge, services and databases, with sales
 * that tills made and the replay brought to the books.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { journalEntryDetail } from '@nexus/contracts';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, launchBrowser, openPage, PHONE, settled, type TestPage } from './test-support/browser.ts';
import { startRealPlatform, type RealPlatform } from './test-support/real-platform.ts';

const MINUTE_MS = 60_000;
jest.setTimeout(5 * MINUTE_MS);

const OWNER = `owner-${crypto.randomUUID()}@chain.example`;
/** A zone in which it is noon now: there the day does not end while this looks at it, whatever the hour is elsewhere. */
const AHEAD_HOURS = 12 - new Date().getUTCHours();
const ZONE = `Etc/GMT${AHEAD_HOURS > 0 ? '-' : '+'}${Math.abs(AHEAD_HOURS)}`;
const TODAY = new Date(Date.now() + AHEAD_HOURS * 60 * MINUTE_MS).toISOString().slice(0, 10);
/** Six sales of 2 × 12.50 and 1 × 7.25, and one return of 7.25. */
const SALES = 6;
const FILE = [
  'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
  ...Array.from({ length: SALES }, (_, index) => [
    `${String(100 + index)},MLK-1,Ideal Evaporated Milk 170 g,2,${TODAY}T0${String(index)}:10:00,12.50,0,Ghana`,
    `${String(100 + index)},SOAP-1,Key Soap Bar,1,${TODAY}T0${String(index)}:10:00,7.25,0,Ghana`,
  ]).flat(),
  `C200,SOAP-1,Key Soap Bar,-1,${TODAY}T07:00:00,7.25,0,Ghana`,
  '',
].join('\n');

/** The slugs of two chains of one owner: one has sold, the other has not yet. */
let busy: string;
let young: string;
let file: string;
let platform: RealPlatform;
let browser: Browser;
let folder: string;
let opened: TestPage;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-backoffice-sales-'));
  file = join(folder, 'sales.csv');
  await writeFile(file, FILE);
  platform = await startRealPlatform();
  const create = async (name: string): Promise<string> => {
    const args = ['--name', name, '--owner-email', OWNER, '--currency', 'GHS', '--country', 'GH'];
    return String((await platform.nexus('tenant', 'create', ...args))['slug']);
  };
  busy = await create('Kente Stores');
  young = await create('Adinkra Foods');
  await sell(busy);
  browser = await launchBrowser();
  opened = await openPage(browser, { colorScheme: 'light', reducedMotion: 'reduce' });
  page = opened.page;
  page.setDefaultTimeout(MINUTE_MS);
}, 15 * MINUTE_MS);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
}, 3 * MINUTE_MS);

const sell = (slug: string) =>
  platform.nexus('simulate', '--tenant', slug, '--sales', file, '--branches', '2', '--terminals', '3', '--zone', ZONE);
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();

/** Presses Tab until what has the focus carries this text, as somebody without a mouse does. */
async function tabTo(wanted: RegExp): Promise<void> {
  const MOST = 40;
  for (let steps = 0; steps < MOST; steps += 1) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (wanted.test(text.trim())) return;
  }
  throw new Error(`nothing that says ${String(wanted)} can be reached with Tab`);
}

// One visit, told in parts: each goes on where the one before ended.
test('the owner signs in at Keycloak with the keyboard and chooses one of two chains', async () => {
  await page.goto(`${platform.origin}/`);
  await page.locator('#username').waitFor();
  await page.keyboard.type(OWNER);
  await page.keyboard.press('Enter');
  await page.locator('#password').waitFor();
  await page.keyboard.type(platform.initialPassword);
  await page.keyboard.press('Enter');
  await heading('Which chain?');
  await tabTo(/^Kente Stores/);
  await page.keyboard.press('Enter');
  await settled(page);
  expect(await page.getByRole('complementary').innerText()).toContain('Kente Stores');
});

test('today has what the tills sold, live', async () => {
  await seen('GH₵193.50');
  await seen('GH₵186.25');
  await seen('GH₵7.25');
  await seen('6 sales');
  await seen('All tills are up to date');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('svg path, svg rect').first().waitFor({ state: 'attached' });
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('with the keyboard alone a sale is opened, and its journal entry is the bytes its hash says', async () => {
  await page.getByRole('complementary').getByRole('link', { name: 'Today' }).focus();
  await tabTo(/^Sales$/);
  await page.keyboard.press('Enter');
  await heading('Sales');
  await settled(page);
  const answer = page.waitForResponse((response) => response.url().includes('/api/sync/entries/'));
  await page.getByRole('textbox', { name: 'Receipt number' }).focus();
  await tabTo(/^#\d+$/);
  await page.keyboard.press('Enter');
  await heading(/^(Sale|Return) #\d+$/);
  await seen('Applied by sales');
  await seen('Applied by inventory');
  const entry = journalEntryDetail.parse(await (await answer).json());
  expect(
    createHash('sha256')
      .update(entry.line ?? '')
      .digest('hex'),
  ).toBe(entry.hash);
  await page.getByRole('button', { name: 'Show the entry' }).focus();
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .getByText(`"s": ${String(entry.seq)}`)
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('products, stock, exceptions and terminals say what is there', async () => {
  const go = async (name: string) => {
    await page.getByRole('complementary').getByRole('link', { name }).click();
    await heading(name);
    await settled(page);
  };
  await go('Products');
  await page.getByRole('textbox', { name: /Search/ }).fill('milk');
  await page.getByRole('link', { name: 'Ideal Evaporated Milk 170 g' }).click();
  await seen('GH₵12.50');
  await go('Stock');
  await seen('Key Soap Bar');
  await go('Exceptions');
  await go('Terminals');
  expect(await page.locator('tbody tr').count()).toBe(3);
  expect(await page.getByText('Complete').count()).toBe(3);
});

test('dark, after a reload too, and nothing to complain about', async () => {
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.keyboard.press('Escape');
  await page.reload();
  await heading('Terminals');
  await settled(page);
  expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(true);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('every page fits a phone', async () => {
  await page.setViewportSize(PHONE);
  for (const path of ['/', '/sales', '/products', '/stock', '/exceptions', '/terminals']) {
    await page.goto(platform.origin + path);
    await settled(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, width]).toEqual([path, PHONE.width]);
  }
});

test('in the other chain, the first sales appear by themselves while its owner looks on', async () => {
  await page.goto(`${platform.origin}/`);
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Switch chain' }).click();
  await page.getByRole('button', { name: 'Adinkra Foods' }).click();
  await seen('No sales yet');
  await page.getByText('Live', { exact: true }).waitFor();
  await sell(young);
  await seen('GH₵186.25');
  await page.locator('tbody').getByText('Branch 2').waitFor();
});

test('signed out, the next visit begins at Keycloak; nothing was thrown or refused on the way', async () => {
  await page.getByRole('button', { name: /Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.locator('#username').waitFor();
  expect(opened.complaints).toEqual([]);
});
