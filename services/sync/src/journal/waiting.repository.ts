import type { WaitingLine } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
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
    `INSERT INTO journal_waiting (terminal, chain, seq, hash, prev, kind, branch, at, line, raw)
     SELECT $1, $2, w.* FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::uuid[], $8::bigint[],
       $9::text[], $10::bytea[]) AS w ON CONFLICT DO NOTHING`,
    [
      terminal,
      chain,
      lines.map((l) => l.waiting.seq),
      lines.map((l) => bytes(l.waiting.hash)),
      lines.map((l) => bytes(l.waiting.previous)),
      lines.map((l) => l.line.facts.kind),
      lines.map((l) => l.line.facts.branch),
      lines.map((l) => l.line.facts.at),
      lines.map((l) => l.line.text),
      lines.map((l) => (l.line.text === null ? Buffer.from(l.line.bytes) : null)),
    ],
  );
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
