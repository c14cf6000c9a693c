import type { NumberedLine, Segment } from '@nexus/journal';
import { bigintArray, textArray, uuidArray, type TenantTx } from '@nexus/tenancy-db';
import type { UploadLine, VerifiedUpload } from './verify-upload.ts';

/*
 * The hot path of sync: bulk SQL, one statement for each table and upload, whatever the number of lines. Lines travel as
 * one text that PostgreSQL splits at its newlines, hashes as one string of bytes; nothing is escaped or converted one by
 * one.
 */

/** A line of an upload with the number it got. */
export interface NumberedUploadLine {
  readonly number: number;
  readonly seq: number;
  readonly line: UploadLine;
}

const hashBytes = (hashes: readonly string[]): Buffer => Buffer.from(hashes.join(''), 'hex');

/** What an array of text cannot carry through `string_to_array`: bytes that are no text, and the empty line. */
const isPlain = (line: UploadLine): boolean => line.text !== null && line.text !== '';

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

const insertPlain = (
  tx: TenantTx,
  terminal: string,
  chain: string,
  lines: readonly NumberedUploadLine[],
): Promise<unknown> =>
  tx.bulk(
    'insert-entries',
    `INSERT INTO journal_entry (terminal, number, chain, seq, hash, kind, branch, at, line)
     SELECT $1, e.number, $2, e.seq, substring($5::bytea FROM (e.i::int - 1) * 32 + 1 FOR 32), e.kind, e.branch, e.at, e.line
     FROM ROWS FROM (unnest($3::bigint[]), unnest($4::bigint[]), unnest($6::text[]), unnest($7::uuid[]),
       unnest($8::bigint[]), unnest(string_to_array($9::text, E'\\n'))) WITH ORDINALITY
       AS e(number, seq, kind, branch, at, line, i)`,
    [
      terminal,
      chain,
      bigintArray(lines.map((l) => l.number)),
      bigintArray(lines.map((l) => l.seq)),
      hashBytes(lines.map((l) => l.line.hash)),
      textArray(lines.map((l) => l.line.facts.kind)),
      uuidArray(lines.map((l) => l.line.facts.branch)),
      bigintArray(lines.map((l) => l.line.facts.at)),
      lines.map((l) => l.line.text).join('\n'),
    ],
  );

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
