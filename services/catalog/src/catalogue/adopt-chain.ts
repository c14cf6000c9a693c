import { chainStructure, taxGroupsChanged, NexusError } from '@nexus/contracts';
import { appendEvent, callRpc } from '@nexus/messaging';
import type { TenancyDb, TenantContext, TenantTx } from '@nexus/tenancy-db';
import type { CatalogDeps } from '../deps.ts';
import { defaultTaxGroups } from '../tax-group/country-tax-groups.ts';
import { isStillDefault, listTaxGroups, saveTaxGroup } from '../tax-group/tax-group.repository.ts';
import { beginWrite, readCatalogue, setChain, type Catalogue } from './catalogue.repository.ts';

/** What the catalogue needs to know of the chain. */
export interface ChainFacts {
  readonly currency: string;
  readonly country: string;
}

/**
 * Takes currency and country of the chain's first legal entity and fills in that country's tax groups where nobody has
 * changed them. Later legal entities change nothing here: their prices are `otherPrices`.
 */
export async function adoptChain(db: TenancyDb, tx: TenantTx, chain: ChainFacts): Promise<Catalogue> {
  const known = await readCatalogue(tx);
  if (known.currency !== null) return known;
  const catalogue = await beginWrite(tx);
  // Somebody else may have been first while this transaction waited for the lock.
  if (catalogue.currency !== null) return catalogue;
  await setChain(tx, chain);
  for (const group of defaultTaxGroups(chain.country)) {
    if (await isStillDefault(tx, group.code)) {
      await saveTaxGroup(tx, group, { revision: catalogue.revision, byDefault: true });
    }
  }
  await appendEvent(db, tx, taxGroupsChanged, { groups: await listTaxGroups(tx) });
  return { ...catalogue, ...chain };
}

/**
 * Makes sure that the chain's currency is known, for what cannot wait for identity's event (an import right after
 * sign-up): asks identity. NX-3001 when it does not answer.
 */
export async function ensureChain(deps: CatalogDeps, ctx: TenantContext): Promise<void> {
  const known = await deps.db.tx(ctx, readCatalogue);
  if (known.currency !== null) return;
  const { legalEntities } = await callRpc(deps.nats, chainStructure, ctx.tenantId, {});
  const [first] = legalEntities;
  if (first === undefined) throw new NexusError('NX-3001', "The chain's legal entity is not there yet; try again");
  await deps.db.tx(ctx, (tx) => adoptChain(deps.db, tx, first));
}
