import type { TenantTx } from '@nexus/tenancy-db';
import type { Terminal } from '../terminal/terminal.ts';
import type { VerifiedUpload } from './verify-upload.ts';

export interface UploadNote {
  /** Last number of the terminal after this upload. */
  readonly number: number;
  readonly duplicates: number;
  /** Lines that wait more (or fewer) than before. */
  readonly waiting: number;
  readonly nowMs: number;
  readonly byFile: boolean;
}

/** Headers whose time is this far ahead say nothing about which of two was made later. */
const CLOCK_AHEAD_MS = 10 * 60_000;

/**
 * Writes the terminal's row once for each upload: numbers, counters, and what the till says of itself. Uploads may
 * come out of order, so head and unsent amount are those of the newest header; what this upload brought is not unsent
 * any more.
 */
export async function noteUpload(
  tx: TenantTx,
  { header, lines }: VerifiedUpload,
  terminal: Terminal,
  note: UploadNote,
): Promise<void> {
  const newest = header.at >= terminal.reportedAt || terminal.reportedAt > note.nowMs + CLOCK_AHEAD_MS;
  const left = Math.max(0, header.unsent.count - header.count);
  const sentGross = lines.reduce((sum, { facts }) => sum + (facts.gross ?? 0), 0);
  await tx.bulk(
    'note-upload',
    `UPDATE terminal SET number = $2, duplicates = duplicates + $3, waiting = waiting + $4,
       last_contact = CASE WHEN $5 THEN last_contact ELSE greatest(last_contact, to_timestamp($6::float8 / 1000)) END,
       head_chain = CASE WHEN $7 THEN $8::uuid ELSE head_chain END,
       head_seq = CASE WHEN $7 THEN $9::bigint ELSE head_seq END,
       head_hash = CASE WHEN $7 THEN $10::bytea ELSE head_hash END,
       unsent_count = CASE WHEN $7 THEN $11::bigint ELSE unsent_count END,
       unsent_gross = CASE WHEN $7 THEN $12::bigint ELSE unsent_gross END,
       unsent_currency = CASE WHEN $7 THEN $13 ELSE unsent_currency END,
       unsent_oldest = CASE WHEN $7 THEN $14::bigint ELSE unsent_oldest END,
       reported_at = CASE WHEN $7 THEN $15::bigint ELSE reported_at END
     WHERE id = $1`,
    [
      header.terminal,
      note.number,
      note.duplicates,
      note.waiting,
      note.byFile,
      note.nowMs,
      newest,
      header.chain,
      header.head.seq,
      Buffer.from(header.head.hash, 'hex'),
      left,
      left === 0 ? 0 : header.unsent.gross - sentGross,
      header.unsent.cur ?? null,
      left === 0 ? null : (header.unsent.oldest ?? null),
      header.at,
    ],
  );
}
