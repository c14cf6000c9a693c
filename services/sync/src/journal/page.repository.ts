import { bigintArray, byteaArray, insertRows, intArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';
import type { Page } from './page.ts';

/** A page with the chain that its lines are of. */
export interface StoredPage extends Page {
  readonly chain: string;
}

const INSERT = insertRows('journal_page', {
  terminal: 'uuid',
  last_number: 'bigint',
  first_number: 'bigint',
  chain: 'uuid',
  first_seq: 'bigint',
  size: 'int',
  hashes: 'bytea',
  kinds: 'text',
  body: 'bytea',
});

/** Inserts pages. The terminal's lock makes the numbers ours alone, so nothing can conflict. */
export async function insertPages(
  tx: TenantTx,
  terminal: string,
  chain: string,
  pages: readonly Page[],
): Promise<void> {
  if (pages.length === 0) return;
  await tx.bulk('insert-pages', INSERT, [
    uuidArray(pages.map(() => terminal)),
    bigintArray(pages.map((page) => page.lastNumber)),
    bigintArray(pages.map((page) => page.firstNumber)),
    uuidArray(pages.map(() => chain)),
    bigintArray(pages.map((page) => page.firstSeq)),
    intArray(pages.map((page) => page.size)),
    byteaArray(pages.map((page) => Buffer.from(page.hashes, 'hex'))),
    textArray(pages.map((page) => page.kinds)),
    byteaArray(pages.map((page) => page.body)),
  ]);
}

interface PageRow {
  readonly chain: string;
  readonly first_number: string;
  readonly last_number: string;
  readonly first_seq: string;
  readonly size: number;
  readonly hashes: string;
  readonly kinds: string;
  readonly body: Buffer;
}

const COLUMNS = `p.chain, p.first_number, p.last_number, p.first_seq, p.size, encode(p.hashes, 'hex') AS hashes, p.kinds, p.body`;

const pageOf = (row: PageRow): StoredPage => ({
  chain: row.chain,
  firstNumber: Number(row.first_number),
  lastNumber: Number(row.last_number),
  firstSeq: Number(row.first_seq),
  size: row.size,
  hashes: row.hashes,
  kinds: row.kinds,
  body: row.body,
});

/** Pages read at once: as many as an answer has entries, where each sale came by itself. */
const MAX_PAGES = 500;

/**
 * Pages with the numbers after `after` up to `through`, in order: the first whatever its size, the others while the open
 * bytes of those before them are under `maxBytes`.
 */
export async function readPages(
  tx: TenantTx,
  terminal: string,
  after: number,
  through: number,
  maxBytes: number,
): Promise<StoredPage[]> {
  return (await selectPages(tx, terminal, null, after, through, maxBytes)).map(pageOf);
}

/** A page without a line of a wanted kind: only that it is there is read. */
export interface PassedPage extends Pick<Page, 'firstNumber' | 'lastNumber'> {
  readonly body: null;
}

/** As `readPages`, for somebody who wants lines of some kinds: a page that has none costs no bytes and counts for none. */
export async function readPagesFor(
  tx: TenantTx,
  terminal: string,
  kinds: readonly string[],
  after: number,
  through: number,
  maxBytes: number,
): Promise<(StoredPage | PassedPage)[]> {
  const rows = await selectPages(tx, terminal, kinds, after, through, maxBytes);
  return rows.map((row) =>
    row.wanted
      ? pageOf(row)
      : { firstNumber: Number(row.first_number), lastNumber: Number(row.last_number), body: null },
  );
}

const selectPages = (
  tx: TenantTx,
  terminal: string,
  kinds: readonly string[] | null,
  after: number,
  through: number,
  maxBytes: number,
) =>
  tx.bulk<PageRow & { readonly wanted: boolean }>(
    'read-pages',
    `SELECT p.chain, p.first_number, p.last_number, p.first_seq, p.size, p.kinds, p.wanted,
       CASE WHEN p.wanted THEN encode(p.hashes, 'hex') END AS hashes, CASE WHEN p.wanted THEN p.body END AS body
     FROM (
       SELECT *, sum(CASE WHEN wanted THEN size ELSE 0 END) OVER (ORDER BY last_number) - size AS before
       FROM (
         SELECT chain, first_number, last_number, first_seq, size, hashes, kinds, body,
           $5::text[] IS NULL OR string_to_array(kinds, ',') && $5::text[] AS wanted
         FROM journal_page WHERE terminal = $1 AND last_number > $2 AND first_number <= $3
         ORDER BY last_number LIMIT ${MAX_PAGES}) f) p
     WHERE NOT p.wanted OR p.before < $4 ORDER BY p.last_number`,
    [terminal, after, through, maxBytes, kinds],
  );

/** The page that holds a line of this kind with the lowest number after `after` up to `through`. */
export async function nextPageWith(
  tx: TenantTx,
  terminal: string,
  kind: string,
  after: number,
  through: number,
): Promise<StoredPage | undefined> {
  const [row] = await tx.query<PageRow>(
    `SELECT ${COLUMNS} FROM journal_page p
     WHERE p.terminal = $1 AND p.last_number > $3 AND p.first_number <= $4 AND $2 = ANY(string_to_array(p.kinds, ','))
     ORDER BY p.last_number LIMIT 1`,
    [terminal, kind, after, through],
  );
  return row === undefined ? undefined : pageOf(row);
}

/** The pages that hold these numbers of a terminal. */
export async function pagesWith(tx: TenantTx, terminal: string, numbers: readonly number[]): Promise<StoredPage[]> {
  if (numbers.length === 0) return [];
  const rows = await tx.query<PageRow>(
    `SELECT ${COLUMNS} FROM journal_page p WHERE p.terminal = $1 AND p.last_number IN (
       SELECT found.last_number FROM unnest($2::bigint[]) AS asked (number), LATERAL (
         SELECT last_number, first_number FROM journal_page
         WHERE terminal = $1 AND last_number >= asked.number ORDER BY last_number LIMIT 1) AS found
       WHERE found.first_number <= asked.number)
     ORDER BY p.last_number`,
    [terminal, numbers],
  );
  return rows.map(pageOf);
}

/** The hash of the line with this number; null where there is none. */
export async function hashAt(tx: TenantTx, terminal: string, number: number): Promise<string | null> {
  const [row] = await tx.bulk<{ hash: string | null }>(
    'hash-at',
    `SELECT CASE WHEN first_number <= $2
       THEN encode(substring(hashes FROM ($2 - first_number)::int * 32 + 1 FOR 32), 'hex') END AS hash
     FROM journal_page WHERE terminal = $1 AND last_number >= $2 ORDER BY last_number LIMIT 1`,
    [terminal, number],
  );
  return row?.hash ?? null;
}
