import type { TerminalFacts } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { Terminal } from './terminal.ts';

interface TerminalDbRow {
  id: string;
  branch: string | null;
  revoked: boolean;
  number: string;
  held_from: string | null;
  waiting: number;
  reported_at: string;
}

const COLUMNS = 'id, branch, revoked_at IS NOT NULL AS revoked, number, held_from, waiting, reported_at';

const terminalOf = (row: TerminalDbRow): Terminal => ({
  id: row.id,
  branch: row.branch,
  revoked: row.revoked,
  number: Number(row.number),
  heldFrom: row.held_from === null ? null : Number(row.held_from),
  waiting: row.waiting,
  reportedAt: Number(row.reported_at),
});

/** Locks the terminal's row until the transaction ends: whoever writes its journal is alone with it. */
export async function lockTerminal(tx: TenantTx, terminal: string): Promise<Terminal | undefined> {
  const [row] = await tx.bulk<TerminalDbRow>(
    'lock-terminal',
    `SELECT ${COLUMNS} FROM terminal WHERE id = $1 FOR UPDATE`,
    [terminal],
  );
  return row === undefined ? undefined : terminalOf(row);
}

export async function readTerminal(tx: TenantTx, terminal: string): Promise<Terminal | undefined> {
  const [row] = await tx.query<TerminalDbRow>(`SELECT ${COLUMNS} FROM terminal WHERE id = $1`, [terminal]);
  return row === undefined ? undefined : terminalOf(row);
}

/** What is known of a terminal from its key alone, before identity's event about it has come. */
export interface KeyFacts {
  readonly terminal: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly chain: string | null;
  readonly revokedAt: string | null;
}

/** Makes the row of a terminal that uploads before it was announced; an existing row stays as it is. */
export async function ensureTerminal(tx: TenantTx, key: KeyFacts): Promise<void> {
  await tx.query(
    `INSERT INTO terminal (id, key_id, public_key, chain, revoked_at, held_from)
     VALUES ($1, $2, $3, $4, $5, CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE 1 END) ON CONFLICT (id) DO NOTHING`,
    [key.terminal, key.keyId, key.publicKey, key.chain, key.revokedAt],
  );
  if (key.chain !== null) await announceChain(tx, key.terminal, key.chain, 'enrolment');
}

/**
 * Takes over what identity says of a terminal: whole state. Numbers given after a revocation is known are held. Where
 * they begin is never moved by an event, since events may be read a second time; only a release moves it.
 */
export async function saveTerminalFacts(tx: TenantTx, facts: TerminalFacts): Promise<void> {
  await tx.query(
    `INSERT INTO terminal AS t (id, branch, legal_entity, ordinal, name, key_id, public_key, chain, revoked_at, held_from)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $9::timestamptz IS NULL THEN NULL ELSE 1 END)
     ON CONFLICT (id) DO UPDATE SET branch = excluded.branch, legal_entity = excluded.legal_entity,
       ordinal = excluded.ordinal, name = excluded.name, key_id = excluded.key_id, public_key = excluded.public_key,
       chain = excluded.chain, revoked_at = excluded.revoked_at,
       held_from = CASE WHEN excluded.revoked_at IS NULL THEN t.held_from ELSE coalesce(t.held_from, t.number + 1) END`,
    [
      facts.id,
      facts.branch,
      facts.legalEntity,
      facts.index,
      facts.name,
      facts.keyId,
      facts.publicKey,
      facts.chain,
      facts.revokedAt,
    ],
  );
  if (facts.chain !== null) await announceChain(tx, facts.id, facts.chain, 'enrolment');
}

export async function announceChain(
  tx: TenantTx,
  terminal: string,
  chain: string,
  how: 'enrolment' | 'reset',
): Promise<void> {
  await tx.query('INSERT INTO announced_chain (terminal, chain, how) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    terminal,
    chain,
    how,
  ]);
}

export async function isAnnounced(tx: TenantTx, terminal: string, chain: string): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM announced_chain WHERE terminal = $1 AND chain = $2', [terminal, chain]);
  return rows.length > 0;
}
