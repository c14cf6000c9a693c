import { applyJournalRpc, NexusError, takeEntries, type ReplayTerminalInput } from '@nexus/contracts';
import { withSpan } from '@nexus/telemetry';
import { migration, type TenancyDb, type TenantTx } from '@nexus/tenancy-db';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type { NatsLink } from '../nats-link.ts';
import { callRpcForLines } from '../rpc/ask.ts';
import { rpcHandler, type RpcHandler } from '../rpc/handler.ts';

/** One journal entry as sync hands it out: dense number, hash (hex) and the exact line. */
export interface JournalLine {
  readonly number: number;
  readonly hash: string;
  readonly line: string;
}

/** What a service does with journal entries of its kinds. */
export interface JournalApplier<P extends object> {
  readonly kinds: readonly string[];
  /** Reads a batch's lines, once however often it is tried: parsing, validation, recomputation. Never throws for what a line says. */
  readonly prepare: (ctx: ReplayTerminalInput, lines: readonly JournalLine[]) => P;
  /** Writes the effects inside the transaction that moves the cursor. A second reading must change nothing. */
  readonly apply: (tx: TenantTx, ctx: ReplayTerminalInput, prepared: P) => Promise<void>;
}

export interface JournalFollowerOptions<P extends object> {
  readonly db: TenancyDb;
  readonly nats: NatsLink;
  readonly applier: JournalApplier<P>;
  /** Entries a transaction takes at most. Default 500. */
  readonly batch?: number;
}

/** Place of this service in each terminal's journal. */
export const journalCursorMigration = migration({
  number: 12,
  name: 'journal-cursor',
  up: [
    `CREATE TABLE journal_cursor (
      terminal uuid PRIMARY KEY,
      epoch int NOT NULL DEFAULT 0,
      number bigint NOT NULL DEFAULT 0,
      hash text
    )`,
  ],
});

interface Cursor {
  readonly epoch: number;
  readonly number: number;
  readonly hash: string | null;
}
/** Where a call left off. `drained`: nothing numbered was left beyond it. */
export interface Followed {
  readonly epoch: number;
  readonly number: number;
  readonly drained: boolean;
}
interface Page extends Omit<z.infer<typeof takeEntries.reply>, 'entries'> {
  /** Taken out as soon as they are read: a megabyte of text need not wait for the database. */
  readonly lines: JournalLine[];
}

/** Batches one call works through before it answers, so that it stays far below its time-out; who called calls again. */
const MAX_BATCHES = 8;

/**
 * Terminals whose entries one process applies at a time; the others wait their turn. Two keep a core and the database busy;
 * with more, each batch takes so long that what was read of it grows old, and the collector carries all of it about.
 */
const MAX_FOLLOWED = 3;

/** `apply-journal`: what the workflow `replayTerminal` asks of a service that takes entries. */
export const applyJournalHandler = <P extends object>(options: JournalFollowerOptions<P>): RpcHandler => {
  const inTurn = pLimit(MAX_FOLLOWED);
  return rpcHandler(applyJournalRpc(options.db.service), ({ tenantId }, { terminal }) =>
    inTurn(() => followJournal(options, { tenantId, terminalId: terminal })),
  );
};

/**
 * Takes a terminal's entries after this service's own cursor and applies them, a transaction for each batch; the next
 * batch is on its way while one is written. Stops when everything numbered was looked at, or after 8 batches.
 */
export async function followJournal<P extends object>(
  options: JournalFollowerOptions<P>,
  input: ReplayTerminalInput,
): Promise<Followed> {
  const { db } = options;
  const ctx = { tenantId: input.tenantId };
  let cursor = await db.tx(ctx, (tx) => readCursor(tx, input.terminalId));
  let next: Promise<Page> | undefined;
  for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
    const page = await (next ?? ask(options, input, cursor));
    next = undefined;
    if (page.restart) {
      cursor = await db.tx(ctx, (tx) => restartCursor(tx, input.terminalId, page.epoch));
      continue;
    }
    const reached: Cursor = { epoch: page.epoch, number: page.through, hash: page.throughHash };
    if (reached.number === cursor.number && page.lines.length === 0 && reached.epoch === cursor.epoch)
      return { ...place(cursor), drained: true };
    if (!page.drained && batches < MAX_BATCHES - 1) {
      next = ask(options, input, reached);
      next.catch(() => undefined); // awaited at the top of the loop; here only so that an earlier failure does not orphan it
    }
    const from = cursor;
    const entries = page.lines.length;
    await withSpan('apply journal batch', { 'nexus.tenant': input.tenantId, 'nexus.entries': entries }, async () => {
      let prepared: P | undefined;
      await db.tx(ctx, async (tx) => {
        await moveCursor(tx, input.terminalId, from, reached);
        // Read when a connection is there, and once: batches that wait in line would be open all the while.
        prepared ??= options.applier.prepare(input, page.lines.splice(0));
        if (entries > 0) await options.applier.apply(tx, input, prepared);
      });
    });
    cursor = reached;
    if (page.drained) return { ...place(cursor), drained: true };
  }
  return { ...place(cursor), drained: false };
}

const place = ({ epoch, number }: Cursor): Omit<Followed, 'drained'> => ({ epoch, number });

async function ask<P extends object>(
  options: JournalFollowerOptions<P>,
  input: ReplayTerminalInput,
  cursor: Cursor,
): Promise<Page> {
  const { reply, lines } = await callRpcForLines(options.nats, takeEntries, input.tenantId, {
    terminal: input.terminalId,
    epoch: cursor.epoch,
    after: cursor.number,
    ...(cursor.hash === null ? {} : { afterHash: cursor.hash }),
    kinds: [...options.applier.kinds],
    limit: options.batch ?? 500,
  });
  const { entries, ...page } = reply;
  if (lines.length !== entries.length)
    throw new NexusError('NX-1000', `sync named ${entries.length} entries and gave ${lines.length} lines`);
  return { ...page, lines: entries.map(([number, hash], index) => ({ number, hash, line: lines[index] ?? '' })) };
}

/** This service's place in a terminal's journal; zero where it never took anything. */
export async function readCursor(tx: TenantTx, terminal: string): Promise<Cursor> {
  const [row] = await tx.query<{ epoch: number; number: string; hash: string | null }>(
    'SELECT epoch, number, hash FROM journal_cursor WHERE terminal = $1',
    [terminal],
  );
  return row === undefined
    ? { epoch: 0, number: 0, hash: null }
    : { epoch: row.epoch, number: Number(row.number), hash: row.hash };
}

/**
 * Moves the cursor if it still stands where the batch began: another worker that was quicker makes this one fail
 * before it writes anything, and the workflow asks again.
 */
async function moveCursor(tx: TenantTx, terminal: string, from: Cursor, to: Cursor): Promise<void> {
  const moved = await tx.bulk(
    'move-journal-cursor',
    `INSERT INTO journal_cursor AS c (terminal, epoch, number, hash) VALUES ($1, $4, $5, $6)
     ON CONFLICT (terminal) DO UPDATE SET epoch = excluded.epoch, number = excluded.number, hash = excluded.hash
       WHERE c.epoch = $2 AND c.number = $3
     RETURNING number`,
    [terminal, from.epoch, from.number, to.epoch, to.number, to.hash],
  );
  if (moved.length === 0)
    throw new NexusError('NX-1006', 'Another worker moved the journal cursor; start again from it');
}

/** The journal was restored: read it again from zero in its new epoch. Never goes back to an older epoch. */
async function restartCursor(tx: TenantTx, terminal: string, epoch: number): Promise<Cursor> {
  await tx.query(
    `INSERT INTO journal_cursor AS c (terminal, epoch) VALUES ($1, $2)
     ON CONFLICT (terminal) DO UPDATE SET epoch = excluded.epoch, number = 0, hash = NULL WHERE c.epoch < excluded.epoch`,
    [terminal, epoch],
  );
  return readCursor(tx, terminal);
}
