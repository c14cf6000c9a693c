import type { SharedTx } from '@nexus/tenancy-db';

export interface CodeOwner {
  readonly tenantId: string;
  readonly terminalId: string;
}
/** What an enrolment brings; a code that was used by it may be used by it again. */
export interface Enrolment {
  readonly codeHash: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly chain: string;
}

const OWNER = 'tenant_id AS "tenantId", terminal_id AS "terminalId"';

/** Keeps a new code, which makes earlier unused ones of the terminal worthless. */
export async function insertCode(
  tx: SharedTx,
  code: CodeOwner & { readonly codeHash: string; readonly expiresAt: Date },
): Promise<void> {
  await tx.query('DELETE FROM enrolment_code WHERE tenant_id = $1 AND terminal_id = $2 AND key_id IS NULL', [
    code.tenantId,
    code.terminalId,
  ]);
  await tx.query('INSERT INTO enrolment_code (code_hash, tenant_id, terminal_id, expires_at) VALUES ($1, $2, $3, $4)', [
    code.codeHash,
    code.tenantId,
    code.terminalId,
    code.expiresAt,
  ]);
}

/**
 * Takes a code for one key and chain: nobody else can have it from here on. Undefined: unknown, expired, or taken by
 * another key.
 */
export async function claimCode(tx: SharedTx, enrolment: Enrolment): Promise<CodeOwner | undefined> {
  const { codeHash, keyId, chain } = enrolment;
  const claimed = await tx.query<CodeOwner>(
    `UPDATE enrolment_code SET key_id = $2, chain = $3
     WHERE code_hash = $1 AND ((key_id IS NULL AND expires_at > now()) OR (key_id = $2 AND chain = $3)) RETURNING ${OWNER}`,
    [codeHash, keyId, chain],
  );
  return claimed[0];
}

/** Notes whose key this is; false when it is another terminal's already. */
export async function claimKey(tx: SharedTx, owner: CodeOwner, enrolment: Enrolment): Promise<boolean> {
  await tx.query(
    `INSERT INTO terminal_key_directory (key_id, tenant_id, terminal_id, public_key) VALUES ($1, $2, $3, $4)
     ON CONFLICT (key_id) DO NOTHING`,
    [enrolment.keyId, owner.tenantId, owner.terminalId, enrolment.publicKey],
  );
  const holder = await keyHolder(tx, enrolment.keyId);
  return holder?.tenantId === owner.tenantId && holder.terminalId === owner.terminalId;
}

export async function keyHolder(
  tx: SharedTx,
  keyId: string,
): Promise<(CodeOwner & { readonly publicKey: string }) | undefined> {
  const rows = await tx.query<CodeOwner & { publicKey: string }>(
    `SELECT ${OWNER}, public_key AS "publicKey" FROM terminal_key_directory WHERE key_id = $1`,
    [keyId],
  );
  return rows[0];
}
