import type { Segment, StoredLine, WaitingLine } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
import { hashIn } from './page.ts';

/*
 * What the pure rules of `@nexus/journal` must know of one chain. Read under the terminal's lock.
 */

interface SegmentRow {
  id: string;
  first_seq: string;
  last_seq: string;
  first_number: string;
  first_prev: string | null;
  last_hash: string;
  parent: string | null;
}

/** All segments of a chain: one, unless there were gaps or forks. */
export async function readSegments(tx: TenantTx, terminal: string, chain: string): Promise<Segment[]> {
  const rows = await tx.bulk<SegmentRow>(
    'read-segments',
    `SELECT id, first_seq, last_seq, first_number, encode(first_prev, 'hex') AS first_prev,
       encode(last_hash, 'hex') AS last_hash, parent
     FROM journal_segment WHERE terminal = $1 AND chain = $2 ORDER BY first_number`,
    [terminal, chain],
  );
  return rows.map((row) => segmentOf(chain, row));
}

const segmentOf = (chain: string, row: SegmentRow): Segment => ({
  chain,
  id: row.id,
  firstSeq: Number(row.first_seq),
  lastSeq: Number(row.last_seq),
  firstNumber: Number(row.first_number),
  firstPrev: row.first_prev,
  lastHash: row.last_hash,
  parent: row.parent,
});

/** Segments by chain, in the order in which the chains first came. */
export type ChainSegments = ReadonlyMap<string, readonly Segment[]>;

/** Segments of several terminals, by terminal and chain. */
export async function readSegmentsOf(
  tx: TenantTx,
  terminals: readonly string[],
): Promise<ReadonlyMap<string, ChainSegments>> {
  const rows = await tx.query<SegmentRow & { terminal: string; chain: string }>(
    `SELECT id, terminal, chain, first_seq, last_seq, first_number, encode(first_prev, 'hex') AS first_prev,
       encode(last_hash, 'hex') AS last_hash, parent
     FROM journal_segment WHERE terminal = ANY($1::uuid[]) ORDER BY terminal, first_number`,
    [terminals],
  );
  const found = new Map<string, Map<string, Segment[]>>();
  for (const row of rows) {
    const chains = found.get(row.terminal) ?? new Map<string, Segment[]>();
    found.set(row.terminal, chains);
    const segments = chains.get(row.chain) ?? [];
    chains.set(row.chain, segments);
    segments.push(segmentOf(row.chain, row));
  }
  return found;
}

export const readAllSegments = async (tx: TenantTx, terminal: string): Promise<ChainSegments> =>
  (await readSegmentsOf(tx, [terminal])).get(terminal) ?? new Map();

/** Numbered lines of a chain at some sequences, of every side of its forks. */
export async function readStoredLines(
  tx: TenantTx,
  terminal: string,
  chain: string,
  range: { readonly from: number; readonly to: number },
): Promise<StoredLine[]> {
  const rows = await tx.query<{ first_number: string; first_seq: string; hashes: string; low: string; high: string }>(
    `SELECT p.first_number, p.first_seq, encode(p.hashes, 'hex') AS hashes,
       greatest(p.first_number, s.low) AS low, least(p.last_number, s.high) AS high
     FROM (
       SELECT first_number + greatest(0, $3 - first_seq) AS low, first_number + least(last_seq, $4) - first_seq AS high
       FROM journal_segment WHERE terminal = $1 AND chain = $2 AND first_seq <= $4 AND last_seq >= $3) s
     JOIN journal_page p ON p.terminal = $1 AND p.last_number >= s.low AND p.first_number <= s.high
     ORDER BY p.last_number, low`,
    [terminal, chain, range.from, range.to],
  );
  return rows.flatMap((row) => {
    const [firstNumber, firstSeq, low] = [Number(row.first_number), Number(row.first_seq), Number(row.low)];
    return Array.from({ length: Number(row.high) - low + 1 }, (_, index) => ({
      seq: firstSeq + low + index - firstNumber,
      hash: hashIn({ hashes: row.hashes, firstNumber }, low + index),
      number: low + index,
    }));
  });
}

/**
 * Waiting lines that an upload from `fromSeq` on can concern, the nearest first, at most `limit`: a long queue is
 * numbered piece by piece, by later uploads and by the replay.
 */
export async function readWaiting(
  tx: TenantTx,
  terminal: string,
  chain: string,
  fromSeq: number,
  limit: number,
): Promise<WaitingLine[]> {
  const rows = await tx.query<{ seq: string; hash: string; prev: string | null }>(
    `SELECT seq, encode(hash, 'hex') AS hash, encode(prev, 'hex') AS prev FROM journal_waiting
     WHERE terminal = $1 AND chain = $2 AND seq >= $3 ORDER BY seq, hash LIMIT $4`,
    [terminal, chain, fromSeq, limit],
  );
  return rows.map((row) => ({ seq: Number(row.seq), hash: row.hash, previous: row.prev }));
}
