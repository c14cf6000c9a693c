import { openPage, type OpenLine } from '../journal/page.ts';
import { readPages } from '../journal/page.repository.ts';
import type { SyncSuite } from './suite.ts';
import type { TestTill } from './test-till.ts';

const MANY_BYTES = 100 * 1024 * 1024;

/** What the journal keeps of a till, by number. */
export const storedLines = ({ db, tenant }: SyncSuite, { terminal }: Pick<TestTill, 'terminal'>): Promise<OpenLine[]> =>
  db.tx(tenant, async (tx) => {
    const pages = await readPages(tx, terminal, 0, Number.MAX_SAFE_INTEGER, MANY_BYTES);
    return pages.flatMap(openPage);
  });
