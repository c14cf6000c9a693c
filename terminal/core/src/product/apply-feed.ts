import { taxGroupFacts, type FeedItem, type ProductFacts, type TaxGroupFacts } from '@nexus/contracts';
import type { StoreTx } from '../store/store.ts';
import { writeSetting } from '../store/settings.ts';
import type { TillFacts } from '../till-context.ts';

/**
 * Writes feed items into the local copy. Each is whole state, so applying one again changes nothing, and an older
 * revision of a product that arrives late is left aside. `generation` marks what the running snapshot has touched.
 */
export const applyFeedItems = async (tx: StoreTx, items: readonly FeedItem[], generation: number): Promise<void> => {
  for (const item of items) {
    if (item.k === 'product') await applyProduct(tx, item.d, generation);
    else await applyFact(tx, item.k, item.k === 'tax-group' ? item.d.code : item.d.id, item.d, generation);
  }
};

/** Takes out what a complete snapshot no longer had. */
export const dropOlderGenerations = async (tx: StoreTx, generation: number): Promise<void> => {
  const gone = await tx.all<{ no: number }>('SELECT no FROM product WHERE generation < ?', [generation]);
  for (const { no } of gone) {
    await removeLookups(tx, no);
    await tx.run('DELETE FROM product WHERE no = ?', [no]);
  }
  await tx.run('DELETE FROM fact WHERE generation < ?', [generation]);
};

const applyProduct = async (tx: StoreTx, facts: ProductFacts, generation: number): Promise<void> => {
  const known = await tx.one<{ no: number; revision: number }>('SELECT no, revision FROM product WHERE id = ?', [
    facts.id,
  ]);
  if (known && known.revision > facts.revision) {
    await tx.run('UPDATE product SET generation = ? WHERE no = ?', [generation, known.no]);
    return;
  }
  if (known) await removeLookups(tx, known.no);
  const row = await tx.one<{ no: number }>(
    `INSERT INTO product (id, code, revision, generation, active, facts) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET code = excluded.code, revision = excluded.revision,
       generation = excluded.generation, active = excluded.active, facts = excluded.facts
     RETURNING no`,
    [facts.id, facts.code, facts.revision, generation, facts.active ? 1 : 0, JSON.stringify(facts)],
  );
  if (!row) throw new Error('SQLite returned no row for a product');
  for (const barcode of new Set(facts.barcodes)) {
    await tx.run('INSERT INTO product_barcode (barcode, product_no) VALUES (?, ?)', [barcode, row.no]);
  }
  await tx.run('INSERT INTO product_search (rowid, code, description) VALUES (?, ?, ?)', [
    row.no,
    facts.code,
    facts.description,
  ]);
};

const removeLookups = async (tx: StoreTx, no: number): Promise<void> => {
  await tx.run('DELETE FROM product_barcode WHERE product_no = ?', [no]);
  await tx.run('DELETE FROM product_search WHERE rowid = ?', [no]);
};

const applyFact = (tx: StoreTx, kind: string, id: string, value: unknown, generation: number): Promise<void> =>
  tx.run(
    `INSERT INTO fact (kind, id, generation, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET generation = excluded.generation, value = excluded.value`,
    [kind, id, generation, JSON.stringify(value)],
  );

export const readTaxGroups = async (tx: StoreTx): Promise<Map<string, TaxGroupFacts>> => {
  const rows = await tx.all<{ value: string }>("SELECT value FROM fact WHERE kind = 'tax-group'");
  const groups = rows.map((row) => taxGroupFacts.parse(JSON.parse(row.value)));
  return new Map(groups.map((group) => [group.code, group]));
};

export const readCatalogueRevision = async (tx: StoreTx): Promise<number> =>
  (await tx.one<{ revision: number }>('SELECT coalesce(max(revision), 0) AS revision FROM product'))?.revision ?? 0;

/** What the feed says about this terminal, its branch and its legal entity, over what it knew; saved where it changed. */
export const refreshOwnFacts = async (
  tx: StoreTx,
  facts: TillFacts,
  items: readonly FeedItem[],
): Promise<TillFacts> => {
  let fresh = facts;
  for (const item of items) {
    if (item.k === 'terminal' && item.d.id === facts.terminal.id) fresh = { ...fresh, terminal: item.d };
    if (item.k === 'branch' && item.d.id === facts.branch.id) fresh = { ...fresh, branch: item.d };
    if (item.k === 'legal-entity' && item.d.id === facts.legalEntity.id) fresh = { ...fresh, legalEntity: item.d };
  }
  if (fresh !== facts) await writeSetting(tx, 'facts', fresh);
  return fresh;
};
