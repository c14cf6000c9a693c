/** The page of exceptions, and of messages that were set aside, in a real browser. */
import { describe, expect, jest, test } from '@jest/globals';
import { ROLE_BUNDLES, type FailedMessageRow } from '@nexus/contracts';
import { accessibilityFaults, settled } from './test-support/browser.ts';
import { idOf } from './test-support/chain.ts';
import { componentBench } from './test-support/component-bench.ts';
import { NOW } from './test-support/figures.ts';

// A real browser on a busy machine: waits end by condition, this only bounds them.
jest.setTimeout(300_000);

const bench = componentBench();
const { visit, text } = bench;

describe('exceptions', () => {
  test('of all services are one list; settling one wants a note, and keeps it', async () => {
    const page = await visit('/exceptions');
    await settled(page);
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Stock below zero',
      'Till and server disagree',
      'Missing entries',
      'Return without a sale',
      'Stock below zero',
      'Two journals of one till',
      'Clock is off',
    ]);
    await page.getByRole('button', { name: 'Settle' }).nth(1).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Settle' }).click();
    await text(page, 'Write a note of at least one word.');
    await dialog.getByRole('textbox', { name: 'Note' }).fill('  Rounded at the till; checked with Kofi.  ');
    await dialog.getByRole('button', { name: 'Settle' }).click();
    await page.locator('h2', { hasText: 'Till and server disagree' }).waitFor({ state: 'detached' });
    expect(bench.site.state.exceptions['sales']![0]!.note).toBe('Rounded at the till; checked with Kofi.');
    await page.getByLabel(/^Show: Open/).click();
    await page.getByRole('option', { name: 'All' }).click();
    await text(page, /Settled by Ama Mensah/);
  });

  test('one that somebody else settled meanwhile is said to be so', async () => {
    const page = await visit('/exceptions');
    await settled(page);
    await page.getByRole('button', { name: 'Settle' }).nth(1).click();
    Object.assign(bench.site.state.exceptions['sales']![0]!, { settledAt: new Date(NOW).toISOString() });
    await page.getByRole('textbox', { name: 'Note' }).fill('x');
    await page.getByRole('dialog').getByRole('button', { name: 'Settle' }).click();
    await text(page, 'NX-1006');
  });

  test('a service that does not answer is named, the others are shown', async () => {
    bench.site.failures.set('/api/inventory/exceptions', 'NX-1000');
    const page = await visit('/exceptions');
    await text(page, /Without the exceptions of Stock/);
    await text(page, 'Missing entries');
    bench.site.failures.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await text(page, 'Stock below zero');
  });

  test('who may not settle sees no button for it', async () => {
    bench.site.state.permissions = [...ROLE_BUNDLES.auditor];
    const page = await visit('/exceptions');
    await text(page, 'Missing entries');
    expect(await page.getByRole('button', { name: 'Settle' }).count()).toBe(0);
  });
});

describe('messages that were set aside', () => {
  const message = (n: number, source: 'sales' | 'catalog'): FailedMessageRow => ({
    event: idOf(`message ${n}`),
    source,
    kind: source === 'sales' ? 'transactions-recorded' : 'products-changed',
    error: `cannot digest ${n}`,
    attempts: 4,
    failedAt: new Date(NOW - n * 60_000).toISOString(),
  });

  test('are shown with what they said, and tried again one by one or all at once', async () => {
    const rows = [message(1, 'sales'), message(2, 'catalog'), message(3, 'catalog')];
    bench.site.state.failedMessages = { inventory: [...rows] };
    bench.site.state.indigestible = [rows[1]!.event];
    const page = await visit('/exceptions');
    const section = page.getByRole('region', { name: 'Messages that could not be taken in' });
    await section.getByText('cannot digest 3').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const one = (n: number) => section.getByRole('listitem').filter({ hasText: `cannot digest ${n}` });
    await one(1).getByRole('button', { name: 'Try again' }).click();
    await text(page, 'The message was taken in.');
    await one(1).waitFor({ state: 'detached' });
    await one(2).getByRole('button', { name: 'Try again' }).click();
    await text(page, 'It failed again: cannot digest 2');
    await one(2).getByText('5 tries').waitFor();
    await section.getByRole('button', { name: 'Try all again' }).click();
    await text(page, '1 taken in, 1 failed again.');
    await one(3).waitFor({ state: 'detached' });
  });

  test('are not there for who may not try again, and not asked for', async () => {
    bench.site.state.failedMessages = { inventory: [message(1, 'sales')] };
    bench.site.state.permissions = [...ROLE_BUNDLES.accountant];
    const page = await visit('/exceptions');
    await text(page, 'Missing entries');
    await settled(page);
    expect(await page.getByText('cannot digest').count()).toBe(0);
    expect(bench.site.asked.filter((asked) => asked.includes('failed-messages'))).toEqual([]);
  });

  test('of a service that does not answer are said to be missing', async () => {
    bench.site.state.failedMessages = { inventory: [message(1, 'sales')] };
    bench.site.failures.set('/api/sync/failed-messages', 'NX-1000');
    const page = await visit('/exceptions');
    await text(page, 'Messages set aside by Journal are not shown: no answer.');
    await text(page, 'cannot digest 1');
  });
});
