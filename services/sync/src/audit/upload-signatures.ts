import { hash } from 'node:crypto';
import type { TenantTx } from '@nexus/tenancy-db';
import { isSignedBy, publicKeyOf } from '../journal/verify-upload.ts';

interface UploadRow {
  id: string;
  chain: string;
  first_seq: string;
  key_id: string;
  signature: Buffer;
  header: Buffer;
  head_stored: boolean;
  count: number;
}

export interface SignatureReport {
  readonly uploads: number;
  readonly unsigned: number;
  /** Uploads whose signed last line is not stored any more, or not as it was signed. */
  readonly missing: number;
}

const PAGE = 500;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Verifies every upload's signature anew, and that the line whose hash it signed is stored at its place: by the hash
 * chain that covers all lines before it. Lines that still wait are not looked for.
 */
export async function checkSignatures(
  tx: TenantTx,
  terminal: string,
  publicKey: string | null,
): Promise<SignatureReport> {
  const key = publicKey === null ? null : publicKeyOf(publicKey);
  const keyId = publicKey === null ? null : hash('sha256', Buffer.from(publicKey, 'base64url'));
  const report = { uploads: 0, unsigned: 0, missing: 0 };
  let after = { chain: NO_ID, first: 0, id: NO_ID };
  for (;;) {
    const rows = await page(tx, terminal, after);
    for (const row of rows) {
      report.uploads += 1;
      // A key that was replaced since cannot be checked here; identity knows it.
      if (key !== null && row.key_id === keyId && !isSignedBy(key, row.header, row.signature)) report.unsigned += 1;
      if (row.count > 0 && !row.head_stored) report.missing += 1;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return report;
    after = { chain: last.chain, first: Number(last.first_seq), id: last.id };
  }
}

const page = (
  tx: TenantTx,
  terminal: string,
  after: { chain: string; first: number; id: string },
): Promise<UploadRow[]> =>
  tx.query<UploadRow>(
    `SELECT u.id, u.chain, u.first_seq, u.key_id, u.signature, u.header, u.count,
       EXISTS (SELECT 1 FROM journal_segment s, LATERAL (
                 SELECT first_number, first_seq, hashes FROM journal_page
                 WHERE terminal = s.terminal AND last_number >= s.first_number + u.first_seq + u.count - 1 - s.first_seq
                 ORDER BY last_number LIMIT 1) p
               WHERE s.terminal = u.terminal AND s.chain = u.chain
                 AND u.first_seq + u.count - 1 BETWEEN s.first_seq AND s.last_seq
                 AND p.first_number <= s.first_number + u.first_seq + u.count - 1 - s.first_seq
                 AND substring(p.hashes FROM (u.first_seq + u.count - 1 - p.first_seq)::int * 32 + 1 FOR 32) = u.head_hash)
       OR EXISTS (SELECT 1 FROM journal_waiting w WHERE w.terminal = u.terminal AND w.chain = u.chain
               AND w.seq = u.first_seq + u.count - 1 AND w.hash = u.head_hash) AS head_stored
     FROM journal_upload u
     WHERE u.terminal = $1 AND (u.chain, u.first_seq, u.id) > ($2, $3, $4)
     ORDER BY u.chain, u.first_seq, u.id LIMIT ${PAGE}`,
    [terminal, after.chain, after.first, after.id],
  );
