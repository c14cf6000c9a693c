import { expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { allMigrations } from './all-migrations.ts';
import { contractionsIn } from './expand-only.ts';
import { isOlder } from './release.ts';

test('every migration expands, or says which release used last what it takes away', async () => {
  const migrations = await allMigrations();
  expect(migrations.length).toBeGreaterThan(10);
  for (const { id, statements, contracts } of migrations) {
    expect(statements).not.toEqual([]);
    const refusals =
      contracts !== undefined && isOlder(contracts.lastUsedBy, packageJson.version)
        ? []
        : await contractionsIn(statements);
    expect({ id, refusals }).toEqual({ id, refusals: [] });
  }
});
