import { NexusError, type TerminalJournalRow } from '@nexus/contracts';
import type { Segment } from '@nexus/journal';
import type { TenantTx } from '@nexus/tenancy-db';
import { receivedThrough } from '../audit/audit-journal.ts';
import { readSegmentsOf } from '../journal/chain-state.ts';

interface Row {
  id: string;
  ordinal: number | null;
  name: string | null;
  branch: string | null;
  key_id: string | null;
  revoked_at: string | null;
  last_contact: string | null;
  head_chain: string | null;
  head_seq: string;
  number: string;
  waiting: number;
  unsent_count: string;
  unsent_gross: string;
  unsent_currency: string | null;
  unsent_oldest: string | null;
}

/** Terminals without an index yet come last. */
const LAST = 2_147_483_647;
const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/** A page of terminals in order of their index, of the branches that the asker may see (null: all). */
export async function listTerminals(
  tx: TenantTx,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  branches: readonly string[] | null,
): Promise<{ items: TerminalJournalRow[]; nextCursor?: string }> {
  const after = page.cursor === undefined ? { ordinal: -1, id: null } : parseCursor(page.cursor);
  const rows = await tx.query<Row>(
    `SELECT id, ordinal, name, branch, key_id, head_chain, head_seq, number, waiting,
       unsent_count, unsent_gross, unsent_currency, unsent_oldest,
       to_char(revoked_at AT TIME ZONE 'UTC', ${INSTANT}) AS revoked_at,
       to_char(last_contact AT TIME ZONE 'UTC', ${INSTANT}) AS last_contact
     FROM terminal
     WHERE (coalesce(ordinal, ${LAST}), id) > ($1::int, coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'))
       AND ($3::uuid[] IS NULL OR branch = ANY($3))
     ORDER BY coalesce(ordinal, ${LAST}), id LIMIT $4`,
    [after.ordinal, after.id, branches, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  const segments = await readSegmentsOf(
    tx,
    shown.map(({ id }) => id),
  );
  const items = shown.map((row) => rowOf(row, segments.get(row.id) ?? new Map()));
  const last = shown.at(-1);
  return rows.length > page.limit && last !== undefined
    ? { items, nextCursor: `${last.ordinal ?? LAST}_${last.id}` }
    : { items };
}

const rowOf = (row: Row, chains: ReadonlyMap<string, readonly Segment[]>): TerminalJournalRow => ({
  terminal: row.id,
  index: row.ordinal,
  name: row.name,
  branch: row.branch,
  enrolled: row.key_id !== null,
  revokedAt: row.revoked_at,
  lastContact: row.last_contact,
  receivedThrough: receivedThrough(chains, row.head_chain),
  tillHead: Number(row.head_seq),
  entries: Number(row.number),
  waiting: row.waiting,
  unsent: {
    count: Number(row.unsent_count),
    gross: Number(row.unsent_gross),
    currency: row.unsent_currency,
    oldest: row.unsent_oldest === null ? null : Number(row.unsent_oldest),
  },
});

function parseCursor(cursor: string): { ordinal: number; id: string } {
  const match = /^(\d{1,10})_([0-9a-f]{8}-[0-9a-f-]{27})$/.exec(cursor);
  const ordinal = Number(match?.[1]);
  if (match === null || ordinal > LAST) throw new NexusError('NX-1001', 'The cursor is not one that this list gave');
  return { ordinal, id: match[2] ?? '' };
}
