import { hash } from 'node:crypto';
import { ZERO_HASH, type Segment } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
import { isRecord, parsed } from '../journal/read-line.ts';

/** One stored line, parsed where it can be. */
export interface ScannedLine {
  readonly number: number;
  readonly chain: string;
  readonly kind: string | null;
  readonly value: unknown;
}

/** What a scan found wrong; the first place of each, and how many. */
export interface ScanReport {
  readonly lines: number;
  readonly wrongHashes: number;
  readonly brokenLinks: number;
  readonly misnumbered: number;
  readonly firstWrong: number | null;
}

interface Row {
  number: string;
  chain: string;
  seq: string;
  hash: string;
  kind: string | null;
  line: string | null;
  raw: Buffer | null;
}

/** Rows read at a time; a page of the longest lines is some hundred megabytes less than it could be. */
const PAGE = 200;

/**
 * Reads a terminal's journal from the first number to `through`, recomputes every hash from the stored bytes and checks
 * that each line stands where its segment says and behind the line that it names.
 */
export async function scanJournal(
  tx: TenantTx,
  terminal: string,
  through: number,
  segments: readonly Segment[],
  visit: (line: ScannedLine) => void,
): Promise<ScanReport> {
  const places = new Places(segments);
  const report = { lines: 0, wrongHashes: 0, brokenLinks: 0, misnumbered: 0, firstWrong: null as number | null };
  let before: string | null = null;
  for (let after = 0; after < through; after += PAGE) {
    const rows = await page(tx, terminal, after, Math.min(after + PAGE, through));
    let expected = after;
    for (const row of rows) {
      expected += 1;
      const number = Number(row.number);
      const bytes = row.raw ?? Buffer.from(row.line ?? '');
      const value = row.line === null ? undefined : parsed(row.line);
      const segment = places.at(number);
      if (segment?.firstNumber === number) before = await predecessor(tx, terminal, places, segment);
      const wrong = {
        hash: hash('sha256', bytes) !== row.hash,
        link: isRecord(value) && typeof value['p'] === 'string' && before !== null && value['p'] !== before,
        number: number !== expected || segment === undefined || !isAt(segment, number, row),
      };
      report.lines += 1;
      report.wrongHashes += wrong.hash ? 1 : 0;
      report.brokenLinks += wrong.link ? 1 : 0;
      report.misnumbered += wrong.number ? 1 : 0;
      if (wrong.hash || wrong.link || wrong.number) report.firstWrong ??= number;
      before = row.hash;
      visit({ number, chain: row.chain, kind: row.kind, value });
    }
    if (rows.length < Math.min(PAGE, through - after))
      report.misnumbered += Math.min(PAGE, through - after) - rows.length;
  }
  return report;
}

const page = (tx: TenantTx, terminal: string, after: number, through: number): Promise<Row[]> =>
  tx.query<Row>(
    `SELECT number, chain, seq, encode(hash, 'hex') AS hash, kind, line, raw FROM journal_entry
     WHERE terminal = $1 AND number > $2 AND number <= $3 ORDER BY number`,
    [terminal, after, through],
  );

const isAt = (segment: Segment, number: number, row: Row): boolean =>
  row.chain === segment.chain && Number(row.seq) === segment.firstSeq + number - segment.firstNumber;

/** Hash of the line before a segment's first; null behind a gap, where nobody knows it. */
async function predecessor(tx: TenantTx, terminal: string, places: Places, segment: Segment): Promise<string | null> {
  if (segment.firstSeq === 1) return ZERO_HASH;
  const parent = segment.parent === null ? undefined : places.byId(segment.parent);
  if (parent === undefined) return null;
  const [row] = await tx.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM journal_entry WHERE terminal = $1 AND number = $2`,
    [terminal, parent.firstNumber + segment.firstSeq - 1 - parent.firstSeq],
  );
  return row?.hash ?? '';
}

/** Segments by number and by id. */
class Places {
  readonly #segments: readonly Segment[];
  readonly #byId: ReadonlyMap<string, Segment>;
  #at = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments].sort((a, b) => a.firstNumber - b.firstNumber);
    this.#byId = new Map(segments.map((segment) => [segment.id, segment]));
  }

  byId(id: string): Segment | undefined {
    return this.#byId.get(id);
  }

  /** The segment of a number; numbers are asked for in order. */
  at(number: number): Segment | undefined {
    let segment = this.#segments[this.#at];
    while (segment !== undefined && segment.firstNumber + segment.lastSeq - segment.firstSeq < number) {
      this.#at += 1;
      segment = this.#segments[this.#at];
    }
    return segment !== undefined && segment.firstNumber <= number ? segment : undefined;
  }
}
