import type { ReplayPassed, ReplayTerminalInput } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { SyncDeps } from '../deps.ts';
import { readEpoch } from '../journal/epoch.ts';
import { lockTerminal } from '../terminal/terminal.repository.ts';
import { takeableNumber, type Terminal } from '../terminal/terminal.ts';
import { behind, clean, handBack, readPlaces, savePlaces, type ConsumerPlace } from './replay.repository.ts';

export interface SettleOptions {
  /** From so many entries on a running replay goes on at once instead of ending and being woken again. */
  readonly wakeEntries: number;
}

type Settled = { readonly done: boolean; readonly left: number };

/**
 * Notes who has passed. True when the run may end: everybody has passed everything, or only a little came meanwhile
 * from a till that is still sending, for which the relay will wake a new run when there is enough of it.
 */
export async function settleReplay(
  deps: SyncDeps,
  input: ReplayTerminalInput & { readonly passed: readonly ReplayPassed[] },
  options: SettleOptions,
): Promise<boolean> {
  const { tenantId, terminalId } = input;
  const settled = await deps.db.tx({ tenantId }, async (tx): Promise<Settled> => {
    const terminal = await lockTerminal(tx, terminalId);
    if (terminal === undefined) return { done: true, left: 0 };
    // Nobody opens an epoch until this has committed: what is cleaned here was read in the epoch that is the newest.
    const epoch = await readEpoch(tx, 'share');
    await savePlaces(tx, terminalId, input.passed);
    const places = await readPlaces(tx, terminalId);
    const number = takeableNumber(terminal);
    const lagging = behind(places, epoch, number);
    if (lagging.length === 0 && terminal.waiting === 0) {
      await clean(tx, terminalId);
      return { done: true, left: 0 };
    }
    const left = Math.max(0, ...lagging.map((service) => remaining(places.get(service), epoch, number)));
    const handed = lagging.length > 0 && left < options.wakeEntries && (await mayEnd(tx, terminal, lagging, input));
    if (handed) await handBack(tx, terminalId);
    return { done: handed, left: handed ? left : 0 };
  });
  if (settled.left > 0) deps.replay.note({ tenantId, terminalId, entries: settled.left, moreComing: true });
  return settled.done;
}

const remaining = (place: ConsumerPlace | undefined, epoch: number, number: number): number =>
  place?.epoch === epoch ? number - place.number : number;

/** Only where every laggard did its part of this round, nothing waits for a gap, and the till is sending more. */
async function mayEnd(
  tx: TenantTx,
  terminal: Terminal,
  lagging: readonly string[],
  input: { readonly passed: readonly ReplayPassed[] },
): Promise<boolean> {
  const didPass = new Set<string>(input.passed.map(({ service }) => service));
  if (terminal.waiting > 0 || lagging.some((service) => !didPass.has(service))) return false;
  const sending = await tx.query(
    `SELECT 1 FROM terminal WHERE id = $1 AND unsent_count > 0 AND last_contact > now() - interval '2 seconds'`,
    [terminal.id],
  );
  return sending.length > 0;
}
