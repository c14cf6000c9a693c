import { NexusError, taxGroupsChanged, type TaxGroupFacts, type TaxGroupInput } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenantContext } from '@nexus/tenancy-db';
import { beginWrite } from '../catalogue/catalogue.repository.ts';
import type { CatalogDeps } from '../deps.ts';
import { countProductsOf, listTaxGroups, removeTaxGroup, saveTaxGroup, taxGroupCodes } from './tax-group.repository.ts';

/** Most tax groups of a chain: all of them fit one event. */
export const MAX_TAX_GROUPS = 200;

/** Makes or replaces a group. NX-1006 beyond the most that a chain may have. */
export function putTaxGroup(
  deps: CatalogDeps,
  ctx: TenantContext,
  code: string,
  input: TaxGroupInput,
): Promise<TaxGroupFacts> {
  const group: TaxGroupFacts = { code, ...input };
  return deps.db.tx(ctx, async (tx) => {
    const { revision } = await beginWrite(tx);
    const codes = await taxGroupCodes(tx);
    if (!codes.has(code) && codes.size >= MAX_TAX_GROUPS) {
      throw new NexusError('NX-1006', `A chain has at most ${MAX_TAX_GROUPS} tax groups`);
    }
    await saveTaxGroup(tx, group, { revision, byDefault: false });
    await appendEvent(deps.db, tx, taxGroupsChanged, { groups: [group] });
    return group;
  });
}

/** Removes a group that nothing uses: NX-1002 where there is none, NX-1006 while a product or the default names it. */
export function deleteTaxGroup(deps: CatalogDeps, ctx: TenantContext, code: string): Promise<void> {
  return deps.db.tx(ctx, async (tx) => {
    const { defaultTaxGroup } = await beginWrite(tx);
    const group = (await listTaxGroups(tx)).find((one) => one.code === code);
    if (group === undefined) throw new NexusError('NX-1002');
    if (code === defaultTaxGroup) throw new NexusError('NX-1006', 'New products get this tax group by default');
    const products = await countProductsOf(tx, code);
    if (products > 0) throw new NexusError('NX-1006', `${products} products have this tax group`);
    await removeTaxGroup(tx, code);
    await appendEvent(deps.db, tx, taxGroupsChanged, { groups: [{ ...group, active: false }] });
  });
}
