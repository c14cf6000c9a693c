import type { Deadline } from '../bounded.ts';
import { poll } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import type { Audits } from '../prove/audits.ts';
import { gatherEvidence } from '../prove/gather.ts';

/** A terminal and how many entries its till has written. */
export interface Written {
  readonly terminal: string;
  readonly entries: number;
}

/** Returns when every entry is numbered by sync and has passed sales, their events and inventory. */
export async function waitUntilApplied(audits: Audits, written: readonly Written[], deadline: Deadline): Promise<void> {
  const numbered = await poll(async () => {
    const { terminals } = await audits.heads();
    const missing = written.filter(({ terminal, entries }) => {
      const head = terminals.find((one) => one.terminal === terminal);
      return entries > 0 && (head?.number ?? 0) < entries;
    });
    return missing.length === 0 ? true : undefined;
  }, deadline);
  if (numbered === undefined) throw new CliError('not every entry was numbered in time; see nexus status and the logs');
  const { terminals, behind } = await gatherEvidence(audits, deadline);
  const late = terminals.filter((one) => !one.transactions.reached || !one.stock.reached);
  if (late.length > 0 || behind.length > 0) {
    throw new CliError(`${late.length} terminals are not applied yet, ${behind.join(', ') || 'no log is behind'}`);
  }
}
