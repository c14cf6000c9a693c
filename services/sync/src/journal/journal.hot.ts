import type { NumberedLine, Segment } from '@nexus/journal';
import { bigintArray, byteaArray, insertRows, textArray, utf8Array, uuidArray, type TenantTx } from '@nexus/tenancy-db';
import type { UploadLine, VerifiedUpload } from './verify-upload.ts';

/*
 * The hot path of sync: bulk SQL, one statement for each table and upload, whatever the number of lines. Lines are sent as
 * the bytes that came; nothing is escaped or converted.
 */

/** A line of an upload with the number it got. */
export interface NumberedUploadLine {
  readonly number: number;
  readonly seq: number;
  readonly line: UploadLine;
}

/** A text column can hold the line: its bytes are text. */
const isPlain = (line: UploadLine): boolean => line.text !== null;

/** Inserts numbered lines. The terminal's lock makes the numbers ours alone, so nothing can conflict. */
export async function insertEntries(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedUploadLine[],
): Promise<void> {
  const plain = lines.filter(({ line }) => isPlain(line));
  const raw = plain.length === lines.length ? [] : lines.filter(({ line }) => !isPlain(line));
  await Promise.all([
    plain.length > 0 ? insertPlain(tx, terminal, chain, plain) : undefined,
    raw.length > 0 ? insertRaw(tx, terminal, chain, raw) : undefined,
  ]);
}

const PLAIN = insertRows('journal_entry', {
  terminal: 'uuid',
  number: 'bigint',
  chain: 'uuid',
  seq: 'bigint',
  hash: 'bytea',
  kind: 'text',
  branch: 'uuid',
  at: 'bigint',
  line: 'text',
});

function insertPlain(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedUploadLine[],
): Promise<unknown> {
  const hashes = Buffer.from(lines.map((l) => l.line.hash).join(''), 'hex');
  return tx.bulk('insert-entries', PLAIN, [
    uuidArray(lines.map(() => terminal)),
    bigintArray(lines.map((l) => l.number)),
    uuidArray(lines.map(() => chain)),
    bigintArray(lines.map((l) => l.seq)),
    byteaArray(lines.map((_, index) => hashes.subarray(index * 32, index * 32 + 32))),
    textArray(lines.map((l) => l.line.facts.kind)),
    uuidArray(lines.map((l) => l.line.facts.branch)),
    bigintArray(lines.map((l) => l.line.facts.at)),
    utf8Array(lines.map((l) => l.line.bytes)),
  ]);
}

const insertRaw = (
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedUploadLine[],
): Promise<unknown> =>
  tx.query(
    `INSERT INTO journal_entry (terminal, number, chain, seq, hash, raw)
     SELECT $1, number, $2, seq, hash, raw
     FROM unnest($3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[]) AS e(number, seq, hash, raw)`,
    [
      terminal,
      chain,
      lines.map((l) => l.number),
      lines.map((l) => l.seq),
      lines.map((l) => Buffer.from(l.line.hash, 'hex')),
      lines.map((l) => Buffer.from(l.line.bytes)),
    ],
  );

/** Moves lines that waited to the numbers they got. */
export async function insertWaited(
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `WITH moved AS (
       DELETE FROM journal_waiting w USING unnest($3::bigint[], $4::bytea[], $5::bigint[]) AS n(seq, hash, number)
       WHERE w.terminal = $1 AND w.chain = $2 AND w.seq = n.seq AND w.hash = n.hash
       RETURNING n.number, w.seq, w.hash, w.kind, w.branch, w.at, w.line, w.raw)
     INSERT INTO journal_entry (terminal, number, chain, seq, hash, kind, branch, at, line, raw)
     SELECT $1, number, $2, seq, hash, kind, branch, at, line, raw FROM moved`,
    [
      terminal,
      chain,
      lines.map((l) => l.seq),
      lines.map((l) => Buffer.from(l.hash, 'hex')),
      lines.map((l) => l.number),
    ],
  );
}

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
