/** The built back office in a real browser, before the test site: what component suites share. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, type TestPage } from './browser.ts';
import { NOW } from './figures.ts';
import { freshState } from './fixture-api.ts';
import { startTestSite, type TestSite } from './test-site.ts';

const BUILD_TIMEOUT_MS = 10 * 60_000;

/** Registers the suite's hooks. Every test begins with the fixtures as they are, and fails if a page complained. */
export function componentBench() {
  let browser: Browser;
  let site: TestSite;
  let open: TestPage[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    site = await startTestSite(() => NOW);
    // The first one builds the site.
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await site.close();
  });
  beforeEach(() => {
    Object.assign(site.state, freshState());
    site.failures.clear();
    site.asked.length = 0;
    site.keycloak.scopes.length = 0;
  });
  afterEach(async () => {
    const complaints = open.flatMap((page) => page.complaints);
    await Promise.all(open.map((page) => page.close()));
    open = [];
    expect(complaints).toEqual([]);
  });

  async function visit(path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
    const opened = await openPage(browser, { now: NOW, ...options });
    open.push(opened);
    await opened.page.goto(site.origin + path);
    return opened.page;
  }
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const text = (page: Page, wanted: string | RegExp) => page.getByText(wanted).first().waitFor();

  return {
    /** The test site; there once the suite has begun. */
    get site() {
      return site;
    },
    /** Opens a path as a person signed in to the test chain. */
    visit,
    heading,
    text,
  };
}
