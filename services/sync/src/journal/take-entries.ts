import { takeEntries, type ReplyWithLines } from '@nexus/contracts';
import { rpcLinesHandler, type RpcHandler } from '@nexus/messaging';
import type { TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';
import type { SyncDeps } from '../deps.ts';
import { readTerminal } from '../terminal/terminal.repository.ts';
import { takeableNumber, type Terminal } from '../terminal/terminal.ts';
import { openEpoch, readEpoch } from './epoch.ts';
import { kindsOf, openPage, type OpenLine } from './page.ts';
import { hashAt, readPagesFor, type StoredPage } from './page.repository.ts';

type Request = z.infer<typeof takeEntries.request>;
type Reply = ReplyWithLines<z.infer<typeof takeEntries.reply>>;

/** Numbers looked at in one answer, of whatever kind. */
const MAX_SCAN = 5_000;
/** Bytes of lines in one answer, of which one may be of the longest: the reply stays well under its 2 MiB. */
const MAX_BYTES = 1_200_000;

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

async function takeAfter(tx: TenantTx, request: Request, epoch: number, after: number, head: number): Promise<Reply> {
  const scanTo = Math.min(head, after + MAX_SCAN);
  const { taken, through } = await takeFrom(tx, request, after, scanTo);
  const last = taken.at(-1);
  const throughHash = last?.number === through ? last.hash : await hashAt(tx, request.terminal, through);
  return {
    reply: {
      epoch,
      restart: false,
      through,
      throughHash,
      drained: through >= head,
      entries: taken.map(({ number, hash }) => [number, hash]),
    },
    lines: taken.map(({ text }) => text),
  };
}

interface Taken {
  readonly taken: readonly TakenLine[];
  /** Everything up to here was looked at. */
  readonly through: number;
}

type TakenLine = OpenLine & { readonly text: string };

/**
 * The lines that one answer has room for, the first whatever its length. An answer ends with a page where it can: a page
 * that is opened for half of its lines is opened again for the rest.
 */
async function takeFrom(tx: TenantTx, request: Request, after: number, scanTo: number): Promise<Taken> {
  const kinds = new Set<string | null>(request.kinds);
  const taken: TakenLine[] = [];
  let bytes = 0;
  let through = after;
  const hasRoom = (page: StoredPage): boolean =>
    taken.length + kindsOf(page).filter((kind) => kinds.has(kind)).length <= request.limit &&
    bytes + page.size <= MAX_BYTES;
  const pages = after < scanTo ? await readPagesFor(tx, request.terminal, request.kinds, after, scanTo, MAX_BYTES) : [];
  for (const page of pages) {
    if (page.firstNumber > through + 1) break;
    if (page.body !== null && taken.length > 0 && !hasRoom(page)) return { taken, through };
    for (const line of page.body === null ? [] : openPage(page)) {
      if (line.number <= through || line.number > scanTo || !kinds.has(line.kind) || line.text === null) continue;
      const full = taken.length === request.limit || (taken.length > 0 && bytes + line.bytes.length > MAX_BYTES);
      if (full) return { taken, through: line.number - 1 };
      taken.push({ ...line, text: line.text });
      bytes += line.bytes.length;
    }
    through = Math.min(page.lastNumber, scanTo);
  }
  // Numbers are dense: where there is none, the database came to harm, and nothing may be passed over.
  if (through === after && after < scanTo)
    throw new Error(`the journal of terminal ${request.terminal} has no number ${after + 1}`);
  return { taken, through };
}
