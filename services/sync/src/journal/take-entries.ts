import { takeEntries, type ReplyWithLines } from '@nexus/contracts';
import { rpcLinesHandler, type RpcHandler } from '@nexus/messaging';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';
import type { SyncDeps } from '../deps.ts';
import { readTerminal } from '../terminal/terminal.repository.ts';
import { takeableNumber, type Terminal } from '../terminal/terminal.ts';
import { openEpoch, readEpoch } from './epoch.ts';

type Request = z.infer<typeof takeEntries.request>;
type Reply = ReplyWithLines<z.infer<typeof takeEntries.reply>>;

/** Numbers looked at in one answer, of whatever kind. */
const MAX_SCAN = 5_000;
/** Bytes of lines in one answer beside the first: with one line of the longest the reply stays under its 2 MiB. */
const MAX_BYTES = 1_000_000;
/** Lines over this are read one by one: a page of them would be hundreds of megabytes before it could be cut. */
const LONG_LINE_BYTES = 8_192;

/** `take-entries`: a terminal's lines of some kinds after a number, in order. */
export const takeEntriesRpc = (deps: SyncDeps): RpcHandler =>
  rpcLinesHandler(takeEntries, async (ctx, request) => {
    const answer = await deps.db.tx(ctx, (tx) => take(tx, request));
    if (answer.reply.restart)
      deps.replay.note({ tenantId: ctx.tenantId, terminalId: request.terminal, entries: 1, moreComing: false });
    return answer;
  });

async function take(tx: TenantTx, request: Request): Promise<Reply> {
  const [terminal, epoch] = await Promise.all([readTerminal(tx, request.terminal), readEpoch(tx)]);
  if (await isAheadOf(tx, request, terminal, epoch)) {
    const why = `a consumer of terminal ${request.terminal} stood at ${request.after} in epoch ${request.epoch}`;
    return restart(await openEpoch(tx, request.epoch, why));
  }
  if (request.epoch !== 0 && request.epoch !== epoch) return restart(epoch);
  const after = request.epoch === 0 ? 0 : request.after;
  return takeAfter(tx, request, epoch, after, terminal === undefined ? 0 : takeableNumber(terminal));
}

const restart = (epoch: number): Reply => ({
  reply: { epoch, restart: true, through: 0, throughHash: null, drained: false, entries: [] },
  lines: [],
});

/** The asker knows a journal that this one is not: of a later epoch, longer, or with another entry at its place. */
async function isAheadOf(
  tx: TenantTx,
  request: Request,
  terminal: Terminal | undefined,
  epoch: number,
): Promise<boolean> {
  if (request.epoch !== epoch || request.after === 0) return request.epoch > epoch;
  if (terminal === undefined || request.after > terminal.number) return true;
  return request.afterHash !== undefined && (await hashAt(tx, request.terminal, request.after)) !== request.afterHash;
}

async function hashAt(tx: TenantTx, terminal: string, number: number): Promise<string | null> {
  const [row] = await tx.bulk<{ hash: string }>(
    'hash-at',
    `SELECT encode(hash, 'hex') AS hash FROM journal_entry WHERE terminal = $1 AND number = $2`,
    [terminal, number],
  );
  return row?.hash ?? null;
}

interface Row {
  readonly number: string;
  readonly hash: string;
  /** Null where the line is long: it is read by itself. */
  readonly line: string | null;
}

async function takeAfter(tx: TenantTx, request: Request, epoch: number, after: number, head: number): Promise<Reply> {
  const scanTo = Math.min(head, after + MAX_SCAN);
  // One more than asked for tells whether the scan came to its end; so does a line that no longer fits.
  const found = await tx.bulk<Row>(
    'take-entries',
    `SELECT number, encode(hash, 'hex') AS hash, CASE WHEN octet_length(line) <= ${LONG_LINE_BYTES} THEN line END AS line
     FROM journal_entry
     WHERE terminal = $1 AND number > $2 AND number <= $3 AND kind = ANY($4::text[]) AND line IS NOT NULL
     ORDER BY number LIMIT $5`,
    [request.terminal, after, scanTo, [...request.kinds], request.limit + 1],
  );
  const taken = await fitting(tx, request, found);
  const last = taken.at(-1);
  const through = taken.length < found.length ? Number(last?.number ?? after) : Math.max(scanTo, after);
  const throughHash =
    last !== undefined && Number(last.number) === through ? last.hash : await hashAt(tx, request.terminal, through);
  return {
    reply: {
      epoch,
      restart: false,
      through,
      throughHash,
      drained: through >= head,
      entries: taken.map((row) => [Number(row.number), row.hash]),
    },
    lines: taken.map((row) => row.line),
  };
}

type Taken = Row & { readonly line: string };

/** The rows that one answer has room for: the first whatever its length, the others while bytes are left. */
async function fitting(tx: TenantTx, { terminal, limit }: Request, found: readonly Row[]): Promise<Taken[]> {
  const taken: Taken[] = [];
  let bytes = 0;
  for (const row of found.slice(0, limit)) {
    if (bytes >= MAX_BYTES) break;
    const line = row.line ?? (await lineAt(tx, terminal, row.number));
    taken.push({ ...row, line });
    bytes += Buffer.byteLength(line);
  }
  return taken;
}

async function lineAt(tx: TenantTx, terminal: string, number: string): Promise<string> {
  const [row] = await tx.query<{ line: string }>('SELECT line FROM journal_entry WHERE terminal = $1 AND number = $2', [
    terminal,
    number,
  ]);
  if (row === undefined) throw new Error(`entry ${number} of terminal ${terminal} is gone`);
  return row.line;
}
