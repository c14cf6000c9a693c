import type { ReplayTerminalInput, ServiceName } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import type { SyncDeps } from '../deps.ts';
import { readEpoch } from '../journal/epoch.ts';
import { waitingChains } from '../journal/waiting.repository.ts';
import { lockTerminal } from '../terminal/terminal.repository.ts';
import { takeableNumber, type Terminal } from '../terminal/terminal.ts';
import { numberWaitingLines } from './number-waiting.ts';
import { behind, readPlaces } from './replay.repository.ts';

export interface PreparedReplay {
  readonly consumers: ServiceName[];
  readonly waitMs: number | null;
}

/** Transactions of one call; a longer queue is taken up by the next round. */
const MAX_ROUNDS = 8;
/** Shortest time that the workflow is told to wait. */
const MIN_WAIT_MS = 100;

/**
 * Gives numbers to lines that waited long enough, and says who has entries to take and how long the rest still waits.
 */
export async function prepareReplay(deps: SyncDeps, input: ReplayTerminalInput): Promise<PreparedReplay> {
  for (let round = 1; ; round += 1) {
    const done = await deps.db.tx({ tenantId: input.tenantId }, async (tx): Promise<PreparedReplay | undefined> => {
      const terminal = await lockTerminal(tx, input.terminalId);
      if (terminal === undefined) return { consumers: [], waitMs: null };
      if (terminal.waiting === 0) return { consumers: await consumersBehind(tx, terminal), waitMs: null };
      const numbered = await numberSome(tx, terminal, deps.graceMs);
      if (numbered > 0 && round < MAX_ROUNDS) return undefined;
      const waitMs = await timeLeft(tx, terminal, deps.graceMs);
      return { consumers: await consumersBehind(tx, terminal), waitMs };
    });
    if (done !== undefined) return done;
  }
}

async function numberSome(tx: TenantTx, terminal: Terminal, graceMs: number): Promise<number> {
  for (const { chain } of await waitingChains(tx, terminal.id)) {
    const numbered = await numberWaitingLines(tx, terminal, chain, graceMs);
    if (numbered > 0) return numbered;
  }
  return 0;
}

async function consumersBehind(tx: TenantTx, terminal: Terminal): Promise<ServiceName[]> {
  const places = await readPlaces(tx, terminal.id);
  return behind(places, await readEpoch(tx), takeableNumber(terminal));
}

/** Until the next line has waited long enough; null where none waits. */
async function timeLeft(tx: TenantTx, terminal: Terminal, graceMs: number): Promise<number | null> {
  const chains = await waitingChains(tx, terminal.id);
  if (chains.length === 0) return null;
  const oldest = Math.max(...chains.map(({ oldestMs }) => oldestMs));
  return Math.max(MIN_WAIT_MS, Math.ceil(graceMs - oldest));
}
