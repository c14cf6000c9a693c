import type { ReplayPassed, ReplaySettled, ReplayTerminalInput } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { SyncDeps } from '../deps.ts';
import { readEpoch } from '../journal/epoch.ts';
import { lockTerminal } from '../terminal/terminal.repository.ts';
import { takeableNumber, type Terminal } from '../terminal/terminal.ts';
import { behind, clean, fallAsleep, readPlaces, savePlaces, type ConsumerPlace } from './replay.repository.ts';

type Settled = ReplaySettled & { readonly left: number };
type Passed = readonly ReplayPassed[];

/** Sleep of a run for which the relay gathers more; the relay wakes it much earlier, this is for a lost wake-up. */
const GATHER_MS = 30_000;
/** Longest pause of a run after a consumer failed, and a little more. */
const FAILED_MS = 6 * 60_000;
const MARGIN_MS = 10_000;

/**
 * Notes who has passed, and says how the run goes on. Whenever it sleeps, news may wake it. Where only a little came
 * meanwhile from a till that is still sending it sleeps too: a round costs as much as a hundred sales, so the relay
 * gathers.
 */
export async function settleReplay(
  deps: Pick<SyncDeps, 'db' | 'replay' | 'wakeEntries' | 'graceMs'>,
  input: ReplayTerminalInput & { readonly passed: Passed },
): Promise<ReplaySettled> {
  const { tenantId, terminalId } = input;
  const { left, ...settled } = await deps.db.tx({ tenantId }, (tx) => settle(tx, deps, terminalId, input.passed));
  if (left > 0) deps.replay.note({ tenantId, terminalId, entries: left, moreComing: true });
  return settled;
}

async function settle(
  tx: TenantTx,
  deps: Pick<SyncDeps, 'wakeEntries' | 'graceMs'>,
  terminalId: string,
  passed: Passed,
): Promise<Settled> {
  const terminal = await lockTerminal(tx, terminalId);
  if (terminal === undefined) return { clean: true, waitMs: null, left: 0 };
  // Nobody opens an epoch until this has committed: what is cleaned here was read in the epoch that is the newest.
  const epoch = await readEpoch(tx, 'share');
  await savePlaces(tx, terminalId, passed);
  const places = await readPlaces(tx, terminalId);
  const number = takeableNumber(terminal);
  const lagging = behind(places, epoch, number);
  if (lagging.length === 0 && terminal.waiting === 0) {
    await clean(tx, terminalId);
    return { clean: true, waitMs: null, left: 0 };
  }
  const asleep = async (sleepMs: number, waitMs: number | null, left = 0): Promise<Settled> => {
    await fallAsleep(tx, terminalId, sleepMs + MARGIN_MS);
    return { clean: false, waitMs, left };
  };
  if (lagging.length === 0) return asleep(deps.graceMs, null);
  const did = new Set<string>(passed.map(({ service }) => service));
  if (lagging.some((service) => !did.has(service))) return asleep(FAILED_MS, null);
  const left = Math.max(...lagging.map((service) => remaining(places.get(service), epoch, number)));
  return left < deps.wakeEntries && terminal.waiting === 0 && (await isSending(tx, terminal))
    ? asleep(GATHER_MS, GATHER_MS, left)
    : { clean: false, waitMs: 0, left: 0 };
}

const remaining = (place: ConsumerPlace | undefined, epoch: number, number: number): number =>
  place?.epoch === epoch ? number - place.number : number;

/** The till said in its last upload, a moment ago, that it holds more. */
async function isSending(tx: TenantTx, terminal: Terminal): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM terminal WHERE id = $1 AND unsent_count > 0 AND last_contact > now() - interval '2 seconds'`,
    [terminal.id],
  );
  return rows.length > 0;
}
