import { z } from 'zod';
import { currencyCode, isoInstant, minorUnits, pageOf, sha256Hex, uuid } from '../common.ts';

/*
 * HTTP of sync for people: how far each till's electronic journal has come in, and one entry as it is kept. Tills use
 * sync.ts.
 */

/** One terminal's journal as sync has it (`GET /terminals`, permission `terminals:read`; paged; only branches the bearer may see). */
export const terminalJournalRow = z.object({
  terminal: uuid,
  /** 0-based order of creation in the chain; null while identity has not said it. */
  index: z.number().int().nullable(),
  name: z.string().nullable(),
  branch: uuid.nullable(),
  enrolled: z.boolean(),
  revokedAt: isoInstant.nullable(),
  /** Server time of the last upload. */
  lastContact: isoInstant.nullable(),
  /** Stored without a hole through this sequence of the newest chain; what the till last said is its head. */
  receivedThrough: z.number().int(),
  tillHead: z.number().int(),
  /** Entries numbered so far, all chains. */
  entries: z.number().int(),
  /** Entries stored beyond an open gap, not yet numbered. */
  waiting: z.number().int(),
  /** What the till said in its last upload that it still held, that upload left out. `oldest`: device time, epoch milliseconds. */
  unsent: z.object({
    count: z.number().int(),
    gross: minorUnits,
    currency: currencyCode.nullable(),
    oldest: z.number().int().nullable(),
  }),
});
export type TerminalJournalRow = z.infer<typeof terminalJournalRow>;
export const terminalJournalPage = pageOf(terminalJournalRow);

/** How far one service has taken a terminal's journal; `applied`: past this entry. */
export const replayState = z.object({
  service: z.string(),
  number: z.number().int(),
  applied: z.boolean(),
  /** When the service last moved its cursor. */
  passedAt: isoInstant.nullable(),
});

/**
 * `GET /entries/:id?terminal=&chain=&seq=`: the journal is found by place, which a transaction's `entry` names; it has no
 * index of entry ids.
 */
export const journalEntryParams = z.strictObject({ id: uuid });
export const journalEntryQuery = z.strictObject({ terminal: uuid, chain: uuid, seq: z.coerce.number().int().min(1) });

/**
 * One entry as it is kept (permission `journal:read`). `line` is the exact text whose SHA-256 is `hash`, null where the
 * bytes are not text; `replay` has one row for each service that takes entries from the journal.
 */
export const journalEntryDetail = z.object({
  terminal: uuid,
  chain: uuid,
  seq: z.number().int(),
  number: z.number().int(),
  hash: sha256Hex,
  kind: z.string().nullable(),
  branch: uuid.nullable(),
  line: z.string().nullable(),
  /** Server time of the upload that brought it. */
  receivedAt: isoInstant.nullable(),
  /** The upload that brought it: who signed, and the signature (P-256, r‖s, base64url) over the header's bytes (base64url). */
  upload: z
    .object({
      keyId: sha256Hex,
      header: z.string(),
      signature: z.string(),
      byFile: z.boolean(),
      receivedAt: isoInstant,
    })
    .nullable()
    .optional(),
  /** It came after the terminal was revoked and waits for `POST /terminals/:terminal/release`. */
  held: z.boolean().optional(),
  replay: z.array(replayState),
});
export type JournalEntryDetail = z.infer<typeof journalEntryDetail>;

/**
 * `POST /terminals/:terminal/release` (permission `exceptions:settle`): the entries that a revoked terminal uploaded go to
 * the books. What it uploads afterwards waits again.
 */
export const terminalParams = z.strictObject({ terminal: uuid });
export const releaseAnswer = z.object({ released: z.number().int() });

/**
 * `POST /journal-files` (permission `journal:import`): a till's signed journal file. Every upload in it is verified by its
 * own signature; sending a file again changes nothing.
 */
export const JOURNAL_FILE_CONTENT_TYPE = 'application/x-ndjson';
/** Largest journal file in bytes, after decompression. */
export const MAX_JOURNAL_FILE_BYTES = 128 * 1024 * 1024;
export const journalFileAnswer = z.object({
  terminal: uuid,
  uploads: z.number().int(),
  /** Lines in the file, and how many of them were here already. */
  entries: z.number().int(),
  duplicates: z.number().int(),
  /** Stored without a hole through here after the file's last upload. */
  through: z.object({ seq: z.number().int(), hash: sha256Hex }).nullable(),
});
export type JournalFileAnswer = z.infer<typeof journalFileAnswer>;

/** `POST /reconciliations` (permission `audit:read`), answered 202: proves a branch's books now instead of tonight. */
export const reconciliationRequest = z.strictObject({ branch: uuid });
export const reconciliationAnswer = z.object({ workflowId: z.string() });
