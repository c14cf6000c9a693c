import type { Segment } from '@nexus/journal';
import { bigintArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';
import type { VerifiedUpload } from './verify-upload.ts';

/*
 * The hot path of sync: SQL in bulk, one statement for each table and upload, whatever the number of lines. The lines
 * themselves go into pages (`page.repository.ts`).
 */

/** Writes segments that were made or changed, by id. */
export async function saveSegments(tx: TenantTx, terminal: string, segments: readonly Segment[]): Promise<void> {
  if (segments.length === 0) return;
  await tx.bulk(
    'save-segments',
    `INSERT INTO journal_segment AS s (id, terminal, chain, first_seq, last_seq, first_number, first_prev, last_hash, parent)
     SELECT id, $1, chain, first_seq, last_seq, first_number, decode(first_prev, 'hex'), decode(last_hash, 'hex'), parent
     FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::uuid[])
       AS n(id, chain, first_seq, last_seq, first_number, first_prev, last_hash, parent)
     ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, last_hash = excluded.last_hash, parent = excluded.parent`,
    [
      terminal,
      uuidArray(segments.map((s) => s.id)),
      uuidArray(segments.map((s) => s.chain)),
      bigintArray(segments.map((s) => s.firstSeq)),
      bigintArray(segments.map((s) => s.lastSeq)),
      bigintArray(segments.map((s) => s.firstNumber)),
      textArray(segments.map((s) => s.firstPrev)),
      textArray(segments.map((s) => s.lastHash)),
      uuidArray(segments.map((s) => s.parent)),
    ],
  );
}

/** Keeps what the terminal signed. */
export async function insertUpload(tx: TenantTx, upload: VerifiedUpload, id: string, byFile: boolean): Promise<void> {
  const { header } = upload;
  await tx.bulk(
    'insert-upload',
    `INSERT INTO journal_upload (terminal, chain, first_seq, id, count, head_hash, key_id, signature, header, by_file)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      header.terminal,
      header.chain,
      header.first,
      id,
      header.count,
      Buffer.from(header.last, 'hex'),
      header.key,
      upload.signatureBytes,
      upload.headerBytes,
      byFile,
    ],
  );
}

/** Marks the terminal dirty; the doorbell rings only when it was clean before. */
export async function markDirty(tx: TenantTx, terminal: string): Promise<void> {
  await tx.bulk(
    'mark-dirty',
    `WITH marked AS (INSERT INTO dirty_terminal (terminal) VALUES ($1) ON CONFLICT DO NOTHING RETURNING terminal)
     INSERT INTO nexus.doorbell (tenant_id, topic) SELECT $2, 'replay' FROM marked`,
    [terminal, tx.tenantId],
  );
}
