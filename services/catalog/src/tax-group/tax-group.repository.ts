import type { TaxGroupFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { TaxComponentEntity, TaxGroupEntity } from './tax-group.entity.ts';

/** Every group with its components in order, by code. At most 200: `MAX_TAX_GROUPS` is checked on writing. */
export async function listTaxGroups(tx: TenantTx): Promise<TaxGroupFacts[]> {
  const groups = await tx.manager.find(TaxGroupEntity, { order: { code: 'ASC' } });
  const components = await tx.manager.find(TaxComponentEntity, { order: { taxGroup: 'ASC', ordinal: 'ASC' } });
  return groups.map(({ code, name }) => ({
    code,
    name,
    components: components.filter((one) => one.taxGroup === code).map((one) => ({ code: one.code, rate: one.rate })),
  }));
}

/** Codes of the groups, for checking what products name. */
export async function taxGroupCodes(tx: TenantTx): Promise<Set<string>> {
  const rows = await tx.query<{ code: string }>('SELECT code FROM tax_group');
  return new Set(rows.map((row) => row.code));
}

/** Makes or replaces a group whole. */
export async function saveTaxGroup(
  tx: TenantTx,
  group: TaxGroupFacts,
  state: { revision: number; byDefault: boolean },
): Promise<void> {
  const { code, name, components } = group;
  await tx.manager.upsert(
    TaxGroupEntity,
    { code, name, byDefault: state.byDefault, revision: String(state.revision) },
    ['code'],
  );
  await tx.manager.delete(TaxComponentEntity, { taxGroup: code });
  if (components.length > 0) {
    await tx.manager.insert(
      TaxComponentEntity,
      components.map((one, ordinal) => ({ taxGroup: code, ordinal, code: one.code, rate: one.rate })),
    );
  }
}

/** Groups that nobody has touched since provisioning, or that are not there: those a country's defaults may set. */
export async function isStillDefault(tx: TenantTx, code: string): Promise<boolean> {
  const row = await tx.manager.findOneBy(TaxGroupEntity, { code });
  return row === null || row.byDefault;
}

export async function countProductsOf(tx: TenantTx, code: string): Promise<number> {
  const [row] = await tx.query<{ n: number }>('SELECT count(*)::int AS n FROM product WHERE tax_group = $1', [code]);
  return row?.n ?? 0;
}

export async function removeTaxGroup(tx: TenantTx, code: string): Promise<void> {
  await tx.manager.delete(TaxGroupEntity, { code });
}
