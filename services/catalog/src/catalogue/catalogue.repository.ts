import { NexusError } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

/** The one row of a tenant's catalogue. */
export interface Catalogue {
  readonly revision: number;
  /** The chain's own currency and country; null until identity said what they are. */
  readonly currency: string | null;
  readonly country: string | null;
  readonly defaultTaxGroup: string;
}

interface Row {
  revision: string;
  currency: string | null;
  country: string | null;
  default_tax_group: string;
}

const catalogueOf = (row: Row | undefined): Catalogue => {
  if (row === undefined) throw new Error('the catalogue row is gone: the tenant schema is damaged');
  return {
    revision: Number(row.revision),
    currency: row.currency,
    country: row.country,
    defaultTaxGroup: row.default_tax_group,
  };
};

const COLUMNS = 'revision, currency, country, default_tax_group';

export async function readCatalogue(tx: TenantTx): Promise<Catalogue> {
  const [row] = await tx.query<Row>(`SELECT ${COLUMNS} FROM catalogue`);
  return catalogueOf(row);
}

/**
 * Begins a write: takes the next revision and, with it, the row's lock until the transaction ends. All writers of a
 * tenant so pass one after the other, and a higher revision is always a later state.
 */
export async function beginWrite(tx: TenantTx): Promise<Catalogue> {
  const [row] = await tx.query<Row>(`UPDATE catalogue SET revision = revision + 1 RETURNING ${COLUMNS}`);
  return catalogueOf(row);
}

export async function setChain(tx: TenantTx, chain: { currency: string; country: string }): Promise<void> {
  await tx.query('UPDATE catalogue SET currency = $1, country = $2', [chain.currency, chain.country]);
}

/** A catalogue whose currency is known: prices mean something. */
export type ReadyCatalogue = Catalogue & { readonly currency: string };

/** NX-3001 while identity has not yet said which currency the chain has; see `ensureChain`. */
export function knownCurrency(catalogue: Catalogue): ReadyCatalogue {
  const { currency } = catalogue;
  if (currency === null) throw new NexusError('NX-3001', "The chain's currency is not known here yet; try again");
  return { ...catalogue, currency };
}
