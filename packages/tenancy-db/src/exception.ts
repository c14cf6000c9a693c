import { NexusError, type ExceptionKind, type ExceptionRow } from '@nexus/contracts';
import type { TenantTx } from './transaction.ts';
import { uuidv7 } from './uuid.ts';

export interface NewException {
  readonly kind: ExceptionKind;
  readonly severity: ExceptionRow['severity'];
  /** What makes this exception the same one when it is raised again, e.g. `fork/{terminal}/{chain}/{seq}`. */
  readonly key: string;
  readonly branch?: string | undefined;
  readonly terminal?: string | undefined;
  readonly subject?: string | undefined;
  readonly detail?: Record<string, unknown>;
}

/** Raises exceptions for a person to settle; one whose key is known already is left as it is. Returns how many were new. */
export async function raiseExceptions(tx: TenantTx, exceptions: readonly NewException[]): Promise<number> {
  if (exceptions.length === 0) return 0;
  const column = (of: (exception: NewException) => unknown) => exceptions.map(of);
  const rows = await tx.query(
    `INSERT INTO exception (id, key, kind, severity, branch, terminal, subject, detail)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::jsonb[])
     ON CONFLICT (key) DO NOTHING RETURNING id`,
    [
      column(() => uuidv7()),
      column((e) => e.key.slice(0, 500)),
      column((e) => e.kind),
      column((e) => e.severity),
      column((e) => e.branch ?? null),
      column((e) => e.terminal ?? null),
      column((e) => e.subject ?? null),
      column((e) => JSON.stringify(e.detail ?? {})),
    ],
  );
  return rows.length;
}

export const raiseException = (tx: TenantTx, exception: NewException): Promise<number> =>
  raiseExceptions(tx, [exception]);

/** Settles by key what resolved itself, e.g. a gap that was filled. */
export async function settleExceptionsByKey(tx: TenantTx, keys: readonly string[], note: string): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `UPDATE exception SET settled_at = now(), settled_by = 'nexus', note = $2 WHERE key = ANY($1::text[]) AND settled_at IS NULL`,
    [keys, note],
  );
}

export interface ExceptionFilter {
  readonly open: boolean;
  readonly limit: number;
  /** Opaque: what the page before gave as `nextCursor`. */
  readonly cursor?: string | undefined;
  readonly kind?: string | undefined;
  /** Branches the bearer may see; undefined means all. */
  readonly branches?: readonly string[] | undefined;
}

/** Newest first. Exceptions of no branch are shown only to those who see every branch. */
export async function listExceptions(
  tx: TenantTx,
  filter: ExceptionFilter,
): Promise<{ items: ExceptionRow[]; nextCursor?: string }> {
  const after = filter.cursor === undefined ? null : parseCursor(filter.cursor);
  const rows = await tx.query<DbRow>(
    `SELECT id, kind, severity, branch, terminal, subject, detail, settled_by, note,
       to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS raised_at,
       to_char(settled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS settled_at
     FROM exception
     WHERE (NOT $1 OR settled_at IS NULL)
       AND ($2::text IS NULL OR kind = $2)
       AND ($3::uuid[] IS NULL OR branch = ANY($3))
       AND ($4::timestamptz IS NULL OR (raised_at, id) < ($4, $5::uuid))
     ORDER BY raised_at DESC, id DESC LIMIT $6`,
    [filter.open, filter.kind ?? null, filter.branches ?? null, after?.at ?? null, after?.id ?? null, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit).map(exceptionRowOf);
  const last = items.at(-1);
  return rows.length > filter.limit && last !== undefined
    ? { items, nextCursor: `${last.raisedAt}_${last.id}` }
    : { items };
}

/** Settles one. NX-1002 where there is none (or none that the bearer may see), NX-1006 where it is settled already. */
export async function settleException(
  tx: TenantTx,
  id: string,
  by: string,
  note: string,
  branches?: readonly string[],
): Promise<void> {
  const settled = await tx.query(
    `UPDATE exception SET settled_at = now(), settled_by = $2, note = $3
     WHERE id = $1 AND settled_at IS NULL AND ($4::uuid[] IS NULL OR branch = ANY($4)) RETURNING id`,
    [id, by, note, branches ?? null],
  );
  if (settled.length > 0) return;
  const known = await tx.query('SELECT 1 FROM exception WHERE id = $1 AND ($2::uuid[] IS NULL OR branch = ANY($2))', [
    id,
    branches ?? null,
  ]);
  throw known.length > 0 ? new NexusError('NX-1006', 'It is settled already') : new NexusError('NX-1002');
}

interface DbRow {
  id: string;
  kind: string;
  severity: string;
  branch: string | null;
  terminal: string | null;
  subject: string | null;
  detail: Record<string, unknown>;
  raised_at: string;
  settled_at: string | null;
  settled_by: string | null;
  note: string | null;
}

const exceptionRowOf = (row: DbRow): ExceptionRow => ({
  id: row.id,
  kind: row.kind as ExceptionRow['kind'],
  severity: row.severity as ExceptionRow['severity'],
  branch: row.branch,
  terminal: row.terminal,
  subject: row.subject,
  detail: row.detail,
  raisedAt: row.raised_at,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
  note: row.note,
});

function parseCursor(cursor: string): { at: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_([0-9a-f-]{36})$/.exec(cursor);
  if (match === null) throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
  return { at: match[1] ?? '', id: match[2] ?? '' };
}
