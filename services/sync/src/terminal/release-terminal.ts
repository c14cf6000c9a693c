import { NexusError } from '@nexus/contracts';
import { settleExceptionsByKey, type TenantContext } from '@nexus/tenancy-db';
import type { SyncDeps } from '../deps.ts';
import { markDirty } from '../journal/journal.hot.ts';
import { heldKey } from '../journal/upload-remarks.ts';
import { lockTerminal } from './terminal.repository.ts';

/**
 * Lets what a revoked terminal uploaded so far go to the books. What comes later is held again. NX-1002 for a terminal
 * that is not there or that the bearer may not see. Returns how many entries were released.
 */
export async function releaseTerminal(
  deps: Pick<SyncDeps, 'db' | 'replay'>,
  ctx: TenantContext,
  terminalId: string,
  seesBranch: (branch: string | null) => boolean,
): Promise<number> {
  const released = await deps.db.tx(ctx, async (tx) => {
    const terminal = await lockTerminal(tx, terminalId);
    if (terminal === undefined || !seesBranch(terminal.branch)) throw new NexusError('NX-1002');
    if (terminal.heldFrom === null || terminal.heldFrom > terminal.number) return 0;
    await tx.query('UPDATE terminal SET held_from = number + 1 WHERE id = $1', [terminalId]);
    await settleExceptionsByKey(tx, [heldKey(terminalId, terminal.heldFrom)], 'The entries were released');
    await markDirty(tx, terminalId);
    return terminal.number - terminal.heldFrom + 1;
  });
  if (released > 0) deps.replay.note({ tenantId: ctx.tenantId, terminalId, entries: released, moreComing: false });
  return released;
}
