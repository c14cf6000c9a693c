/** A real Chromium for tests, and pages that complain about everything a person's browser would. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** Waits end by condition; this only bounds them on a busy machine. */
const TIMEOUT_MS = 60_000;

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface TestPage {
  readonly page: Page;
  /** What the page threw or its policy refused; empty in a page that is well. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A page in a profile of its own. With `now` its clock starts there and goes on. */
export async function openPage(
  browser: Browser,
  { now, ...options }: BrowserContextOptions & { now?: number } = {},
): Promise<TestPage> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
  if (now !== undefined) await context.clock.install({ time: now });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium itself reports failed requests here; which of them may fail is each test's own business.
    const known = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !known) complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeRun {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** What an accessibility checker finds wrong with the page as it is: contrast, labels, roles, order of headings. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await axeSource);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeRun> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}

/** Everything that was asked for has come, and nothing is a grey box any more. */
export const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () =>
      document.querySelector('h1') !== null &&
      document.querySelectorAll('[aria-busy=true], .animate-pulse.bg-sunken').length === 0,
  );
