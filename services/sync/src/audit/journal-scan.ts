import { hash } from 'node:crypto';
import { ZERO_HASH, type Segment } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
import { DamagedPageError, hashIn, openPage, type OpenLine } from '../journal/page.ts';
import { hashAt, readPages, type StoredPage } from '../journal/page.repository.ts';
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

/** Open bytes of pages that are read at a time, beside the last of them. */
const READ_BYTES = 4 * 1024 * 1024;

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
  const scan = new Scan(tx, terminal, new Places(segments), visit);
  for (let after = 0; after < through;) {
    const pages = await readPages(tx, terminal, after, through, READ_BYTES);
    for (const page of pages) await scan.take(page, through);
    const last = pages.at(-1);
    if (last === undefined) break;
    after = last.lastNumber;
  }
  return scan.report(through);
}

/** The lines of a page; null where it does not open any more. */
export function linesIn(page: StoredPage): OpenLine[] | null {
  try {
    return openPage(page);
  } catch (error) {
    if (error instanceof DamagedPageError) return null;
    throw error;
  }
}

class Scan {
  readonly #tx: TenantTx;
  readonly #terminal: string;
  readonly #places: Places;
  readonly #visit: (line: ScannedLine) => void;
  readonly #found = { lines: 0, wrongHashes: 0, brokenLinks: 0, misnumbered: 0, firstWrong: null as number | null };
  #before: string | null = null;
  #number = 0;

  constructor(tx: TenantTx, terminal: string, places: Places, visit: (line: ScannedLine) => void) {
    this.#tx = tx;
    this.#terminal = terminal;
    this.#places = places;
    this.#visit = visit;
  }

  /** Takes the lines of a page up to `through`; a page that does not open is wrong in all of them. */
  async take(page: StoredPage, through: number): Promise<void> {
    const last = Math.min(page.lastNumber, through);
    const lines = linesIn(page);
    if (lines === null) {
      const count = last - page.firstNumber + 1;
      this.#found.lines += count;
      this.#found.wrongHashes += count;
      this.#found.firstWrong ??= page.firstNumber;
      this.#number = last;
      this.#before = hashIn(page, last);
      return;
    }
    for (const line of lines) if (line.number <= last) await this.#line(page.chain, line);
  }

  /** What was found; numbers up to `through` that are not there are out of place. */
  report(through: number): ScanReport {
    const missing = Math.max(0, through - this.#found.lines);
    return { ...this.#found, misnumbered: this.#found.misnumbered + missing };
  }

  async #line(chain: string, line: OpenLine): Promise<void> {
    const value = line.text === null ? undefined : parsed(line.text);
    const segment = this.#places.at(line.number);
    if (segment?.firstNumber === line.number) this.#before = await this.#predecessor(segment);
    const before = this.#before;
    const wrong = {
      hash: hash('sha256', line.bytes) !== line.hash,
      link: isRecord(value) && typeof value['p'] === 'string' && before !== null && value['p'] !== before,
      number: line.number !== this.#number + 1 || segment === undefined || !isAt(segment, chain, line),
    };
    this.#found.lines += 1;
    this.#found.wrongHashes += wrong.hash ? 1 : 0;
    this.#found.brokenLinks += wrong.link ? 1 : 0;
    this.#found.misnumbered += wrong.number ? 1 : 0;
    if (wrong.hash || wrong.link || wrong.number) this.#found.firstWrong ??= line.number;
    this.#number = line.number;
    this.#before = line.hash;
    this.#visit({ number: line.number, chain, kind: line.kind, value });
  }

  /** Hash of the line before a segment's first; null behind a gap, where nobody knows it. */
  async #predecessor(segment: Segment): Promise<string | null> {
    if (segment.firstSeq === 1) return ZERO_HASH;
    const parent = segment.parent === null ? undefined : this.#places.byId(segment.parent);
    if (parent === undefined) return null;
    return (await hashAt(this.#tx, this.#terminal, parent.firstNumber + segment.firstSeq - 1 - parent.firstSeq)) ?? '';
  }
}

const isAt = (segment: Segment, chain: string, line: OpenLine): boolean =>
  chain === segment.chain && line.seq === segment.firstSeq + line.number - segment.firstNumber;

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
