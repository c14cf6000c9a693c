import { NexusError, type chainStructure } from '@nexus/contracts';
import type { TenancyDb, TenantContext } from '@nexus/tenancy-db';
import type { z } from 'zod';
import { branchFactsOf, listBranches } from '../branch/branch.repository.ts';
import { listLegalEntities } from '../legal-entity/legal-entity.repository.ts';
import { tenantById } from '../tenant/tenant.repository.ts';
import { listTerminals, terminalFactsOf } from '../terminal/terminal.repository.ts';

export type ChainStructure = z.output<typeof chainStructure.reply>;

/** Most rows of a kind in the answer: with about 400 bytes a terminal it stays under the limit of a reply. */
const MAX_ROWS = 4_000;

/** Legal entities, branches and terminals of a chain, in order of creation; `visible` null means every branch. */
export async function readChainStructure(
  db: TenancyDb,
  ctx: TenantContext,
  visible: readonly string[] | null,
): Promise<ChainStructure> {
  const tenant = await db.shared((tx) => tenantById(tx, ctx.tenantId));
  if (tenant === undefined) throw new NexusError('NX-3003');
  return db.tx(
    ctx,
    async (tx) => ({
      slug: tenant.slug,
      name: tenant.name,
      legalEntities: await listLegalEntities(tx, MAX_ROWS),
      branches: await branchFactsOf(tx, await listBranches(tx, visible, MAX_ROWS)),
      terminals: await terminalFactsOf(tx, await listTerminals(tx, visible, MAX_ROWS)),
    }),
    { isolation: 'REPEATABLE READ' },
  );
}
