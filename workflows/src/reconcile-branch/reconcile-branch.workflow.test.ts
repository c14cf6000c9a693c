import { describe, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reconcileBranchBundle, reconcileOnce } from './reconcile-branch.bench.ts';

const FOLDER = join(import.meta.dirname, '../../histories/reconcile-branch');
jest.setTimeout(180_000);
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });

describe('reconcileBranch', () => {
  test('tries until sales can answer, and says what it found', async () => {
    const asked: unknown[] = [];
    const result = await reconcileOnce(
      (input) => {
        asked.push(input);
        return asked.length < 4 ? Promise.reject(new Error('away')) : Promise.resolve({ checked: 3, differences: 0 });
      },
      (handle) => handle.result(),
    );
    expect(result).toEqual({ checked: 3, differences: 0 });
    expect(asked).toEqual(Array.from({ length: 4 }, () => ({ tenantId: 'tenant', branchId: 'branch' })));
  });

  test.each(readdirSync(FOLDER))('goes on with what began under an older version: %s', async (name) => {
    const history: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: await reconcileBranchBundle() }, history);
  });
});
