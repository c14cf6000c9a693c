/**
 * Saves a history of `reconcileBranch` under workflows/histories/reconcile-branch:
 * `node workflows/src/reconcile-branch/record-histories.ts`. What is saved stays.
 */
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reconcileOnce } from './reconcile-branch.bench.ts';

const FOLDER = join(import.meta.dirname, '../../histories/reconcile-branch');

await mkdir(FOLDER, { recursive: true });
let tries = 0;
const history = await reconcileOnce(
  () => {
    tries += 1;
    return tries < 3 ? Promise.reject(new Error('not now')) : Promise.resolve({ checked: 12, differences: 1 });
  },
  async (handle) => {
    await handle.result();
    return handle.fetchHistory();
  },
);
await writeFile(join(FOLDER, 'after-hiccups.json'), `${historyToJSON(history)}\n`, { flag: 'wx' });
