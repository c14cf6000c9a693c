import { TOKEN_LIFETIME_SECONDS, type Revocation } from '@nexus/contracts';
import type { SharedTx, TenancyDb } from '@nexus/tenancy-db';

/** Revocations are told for longer than any token can live. */
const TOLD_SECONDS = TOKEN_LIFETIME_SECONDS + 120;
/** Stands where a tenant would for what holds in every tenant and above them. */
const EVERYWHERE = '00000000-0000-0000-0000-000000000000';
/** Most revocations told at once, newest first: their answer stays well under the limit of a reply. */
const MAX_TOLD = 10_000;

/**
 * Tokens that were issued until now are refused; services hear of it within their polling time. A token's time has no
 * fractions, so this very second counts as until now; and each revocation is later than the one before, so that a token
 * which was issued after that one is refused by this one.
 */
async function refuseEarlierTokens(tx: SharedTx, tenantId: string, subject: string): Promise<void> {
  await tx.query(
    `INSERT INTO revocation (tenant_id, subject, not_before)
     VALUES ($1, $2, date_trunc('second', clock_timestamp()) + interval '1 second')
     ON CONFLICT (tenant_id, subject)
       DO UPDATE SET not_before = greatest(revocation.not_before + interval '1 second', excluded.not_before)`,
    [tenantId, subject],
  );
}

/** The same for every token of a subject, whatever tenant it names, or none. */
export const refuseEarlierTokensEverywhere = (tx: SharedTx, subject: string): Promise<void> =>
  refuseEarlierTokens(tx, EVERYWHERE, subject);

/** Epoch seconds from which a subject's tokens count; 0 where nothing was revoked lately. Without a tenant: of tokens above tenants. */
export async function tokensCountFrom(tx: SharedTx, tenantId: string | null, subject: string): Promise<number> {
  const [row] = await tx.query<{ notBefore: string }>(
    `SELECT extract(epoch FROM max(not_before))::bigint AS "notBefore" FROM revocation
     WHERE tenant_id IN ($1, $2) AND subject = $3`,
    [tenantId ?? EVERYWHERE, EVERYWHERE, subject],
  );
  return Number(row?.notBefore ?? 0);
}

/**
 * Takes rights away: `work` writes that in the tenant's schema. Two roles, so two transactions: earlier tokens are
 * refused before it, so that a crash in between leaves nobody with them, and after it, for a token that was issued
 * meanwhile.
 */
export async function whileRevoking<T>(
  db: TenancyDb,
  tenantId: string,
  subject: string,
  work: () => Promise<T>,
): Promise<T> {
  await db.shared((tx) => refuseEarlierTokens(tx, tenantId, subject));
  const result = await work();
  await db.shared((tx) => refuseEarlierTokens(tx, tenantId, subject));
  return result;
}

export async function currentRevocations(tx: SharedTx): Promise<Revocation[]> {
  const rows = await tx.query<{ tenant: string; subject: string; notBefore: string }>(
    `SELECT tenant_id AS tenant, subject, extract(epoch FROM not_before)::bigint AS "notBefore" FROM revocation
     WHERE not_before > now() - make_interval(secs => $1) ORDER BY not_before DESC LIMIT $2`,
    [TOLD_SECONDS, MAX_TOLD],
  );
  return rows.map(({ tenant, subject, notBefore }) => ({
    tenant: tenant === EVERYWHERE ? null : tenant,
    subject,
    notBefore: Number(notBefore),
  }));
}
