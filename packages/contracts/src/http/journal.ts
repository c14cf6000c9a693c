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
  replay: z.array(replayState),
});
export type JournalEntryDetail = z.infer<typeof journalEntryDetail>;
