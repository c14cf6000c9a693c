import { NexusError, tokenProofText, type TerminalTokenRequest } from '@nexus/contracts';
import { randomBytes } from 'node:crypto';
import type { IssuedToken } from '../access-token/token-signer.ts';
import type { IdentityDeps } from '../deps.ts';
import { tenantById } from '../tenant/tenant.repository.ts';
import { keyHolder } from './enrolment-code.repository.ts';
import { signedBy, terminalState } from './terminal.ts';
import { terminalById } from './terminal.repository.ts';

const NONCE_SECONDS = 60;
/** Most unused nonces of one key; a terminal needs one at a time. */
const MAX_NONCES = 20;
const TERMINAL_PERMISSIONS = ['till:operate', 'catalog:read'] as const;

/** A fresh nonce for a key. Unknown keys get one too, which is not kept: nobody learns here which keys exist. */
export async function newTerminalNonce({ db }: IdentityDeps, keyId: string): Promise<string> {
  const nonce = randomBytes(24).toString('base64url');
  await db.shared(async (tx) => {
    await tx.query('DELETE FROM terminal_nonce WHERE key_id = $1 AND expires_at <= now()', [keyId]);
    await tx.query(
      `INSERT INTO terminal_nonce (nonce, key_id, expires_at)
       SELECT $1, $2, now() + make_interval(secs => $3)
       WHERE EXISTS (SELECT 1 FROM terminal_key_directory WHERE key_id = $2)
         AND (SELECT count(*) FROM terminal_nonce WHERE key_id = $2) < $4`,
      [nonce, keyId, NONCE_SECONDS, MAX_NONCES],
    );
  });
  return nonce;
}

/**
 * An access token for a terminal that proves its key. The nonce is gone with the first try, good or bad.
 *
 * @throws NexusError IDN-1003 unknown key or nonce, or a wrong signature; IDN-1005 the terminal is revoked
 */
export async function issueTerminalToken(
  { db, signer }: IdentityDeps,
  { keyId, nonce, signature }: TerminalTokenRequest,
): Promise<IssuedToken> {
  const found = await db.shared(async (tx) => {
    const used = await tx.query<{ live: boolean }>(
      'DELETE FROM terminal_nonce WHERE nonce = $1 AND key_id = $2 RETURNING expires_at > now() AS live',
      [nonce, keyId],
    );
    const holder = used[0]?.live === true ? await keyHolder(tx, keyId) : undefined;
    return holder && { holder, tenant: await tenantById(tx, holder.tenantId) };
  });
  if (found?.tenant?.state !== 'ready' || !signedBy(found.holder.publicKey, tokenProofText(keyId, nonce), signature))
    throw new NexusError('IDN-1003');
  const { holder, tenant } = found;
  const terminal = await db.tx(holder, (tx) => terminalById(tx, holder.terminalId, null));
  if (terminal.keyId !== keyId) throw new NexusError('IDN-1003');
  if (terminalState(terminal) === 'revoked') throw new NexusError('IDN-1005');
  return signer.issue({
    sub: terminal.id,
    typ: 'terminal',
    ten: tenant.tenantId,
    slug: tenant.slug,
    perms: [...TERMINAL_PERMISSIONS],
    branches: [terminal.branch],
  });
}
