/**
 * Saves a history of each way through `provisionTenant` under workflows/histories/provision-tenant:
 * `node workflows/src/provision-tenant/testing/record-histories.ts`. Only for ways that have none yet: what is saved stays, so that
 * workflows which began under an older version are replayed by every newer one.
 */
import { SERVICES } from '@nexus/contracts';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProvisioningBench } from './bench.ts';
import { ProvisioningWorld, type Faults } from './world.ts';

const FOLDER = join(import.meta.dirname, '../../../histories/provision-tenant');

const WAYS: Record<string, Faults> = {
  ready: {},
  'ready-after-hiccups': { hiccups: 2 },
  'organization-refused': { step: 'createOrganization', fault: 'before' },
  'owner-refused': { step: 'createOwner', fault: 'after' },
  [`schema-of-${SERVICES[2]}-refused`]: { step: `createTenantSchema ${SERVICES[2]}`, fault: 'after' },
  'defaults-refused': { step: 'writeDefaults', fault: 'before', hiccups: 1 },
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

await mkdir(FOLDER, { recursive: true });
const bench = await ProvisioningBench.open();
try {
  for (const [way, faults] of Object.entries(WAYS)) {
    const path = join(FOLDER, `${way}.json`);
    if (await exists(path)) continue;
    const { history } = await bench.provision(new ProvisioningWorld(faults));
    await writeFile(path, `${historyToJSON(history)}\n`);
    process.stdout.write(`${path}\n`);
  }
} finally {
  await bench.close();
}
