import { MAX_UPLOAD_BYTES, MAX_UPLOAD_ENTRIES } from '@nexus/contracts';
import type { NumberedLine, WaitingLine } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
import { pagesOf, type PageLine } from './page.ts';
import { insertPages } from './page.repository.ts';
import type { UploadLine } from './verify-upload.ts';

/** Keeps lines that came before what they follow. `previous`: what the line stands behind, by itself or by its upload. */
export async function insertWaiting(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly { readonly waiting: WaitingLine; readonly line: UploadLine }[],
): Promise<void> {
  if (lines.length === 0) return;
  const bytes = (hash: string | null) => (hash === null ? null : Buffer.from(hash, 'hex'));
  await tx.query(
    `INSERT INTO journal_waiting (terminal, chain, seq, hash, prev, kind, line)
     SELECT $1, $2, w.* FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::bytea[]) AS w
     ON CONFLICT DO NOTHING`,
    [
      terminal,
      chain,
      lines.map((l) => l.waiting.seq),
      lines.map((l) => bytes(l.waiting.hash)),
      lines.map((l) => bytes(l.waiting.previous)),
      lines.map((l) => l.line.facts.kind),
      lines.map((l) => Buffer.from(l.line.bytes)),
    ],
  );
}

/** Moves lines that waited to the numbers they got, an upload's worth at a time however many they are. */
export async function moveWaited(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedLine[],
): Promise<void> {
  for (let rest = lines; rest.length > 0;) {
    const some = rest.slice(0, MAX_UPLOAD_ENTRIES);
    const moved = await takeOut(tx, terminal, chain, some);
    if (moved.length === 0) throw new Error(`line ${some[0]?.seq} of chain ${chain} waits no more`);
    await insertPages(tx, terminal, chain, pagesOf(moved));
    const gone = new Set(moved.map(({ number }) => number));
    rest = rest.filter(({ number }) => !gone.has(number));
  }
}

/** Takes the first of the lines out, as many as fit an upload, in the order of their numbers. */
async function takeOut(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedLine[],
): Promise<PageLine[]> {
  const rows = await tx.query<{ number: string; seq: string; hash: string; kind: string | null; line: Buffer }>(
    `WITH sized AS (
       SELECT n.number, w.seq, w.hash, sum(octet_length(w.line)) OVER (ORDER BY n.number) - octet_length(w.line) AS before
       FROM unnest($3::bigint[], $4::bytea[], $5::bigint[]) AS n(seq, hash, number)
       JOIN journal_waiting w ON w.terminal = $1 AND w.chain = $2 AND w.seq = n.seq AND w.hash = n.hash)
     DELETE FROM journal_waiting w USING sized s
     WHERE w.terminal = $1 AND w.chain = $2 AND w.seq = s.seq AND w.hash = s.hash AND s.before < $6
     RETURNING s.number, w.seq, encode(w.hash, 'hex') AS hash, w.kind, w.line`,
    [
      terminal,
      chain,
      lines.map((l) => l.seq),
      lines.map((l) => Buffer.from(l.hash, 'hex')),
      lines.map((l) => l.number),
      MAX_UPLOAD_BYTES / 2,
    ],
  );
  return rows
    .map(({ number, seq, hash, kind, line }) => ({ number: Number(number), seq: Number(seq), hash, kind, bytes: line }))
    .sort((a, b) => a.number - b.number);
}

/** Chains of a terminal in which lines wait, with the milliseconds since the oldest of each came. */
export async function waitingChains(
  tx: TenantTx,
  terminal: string,
): Promise<{ readonly chain: string; readonly oldestMs: number }[]> {
  const rows = await tx.query<{ chain: string; oldest: number }>(
    `SELECT chain, (extract(epoch FROM now() - min(arrived_at)) * 1000)::float8 AS oldest
     FROM journal_waiting WHERE terminal = $1 GROUP BY chain ORDER BY min(arrived_at), chain`,
    [terminal],
  );
  return rows.map((row) => ({ chain: row.chain, oldestMs: row.oldest }));
}

/** Lines of a chain that have waited for longer than the grace, in order of sequence. */
export async function expiredWaiting(
  tx: TenantTx,
  terminal: string,
  chain: string,
  graceMs: number,
  limit: number,
): Promise<WaitingLine[]> {
  const rows = await tx.query<{ seq: string; hash: string; prev: string | null }>(
    `SELECT seq, encode(hash, 'hex') AS hash, encode(prev, 'hex') AS prev FROM journal_waiting
     WHERE terminal = $1 AND chain = $2 AND arrived_at <= now() - $3::float8 * interval '1 millisecond'
     ORDER BY seq, hash LIMIT $4`,
    [terminal, chain, graceMs, limit],
  );
  return rows.map((row) => ({ seq: Number(row.seq), hash: row.hash, previous: row.prev }));
}

export async function countWaiting(tx: TenantTx, terminal: string): Promise<number> {
  const [row] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM journal_waiting WHERE terminal = $1', [
    terminal,
  ]);
  return Number(row?.count ?? 0);
}
