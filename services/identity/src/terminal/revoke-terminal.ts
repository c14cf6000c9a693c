import { NexusError, type TerminalFacts } from '@nexus/contracts';
import type { TenantContext } from '@nexus/tenancy-db';
import type { IdentityDeps } from '../deps.ts';
import { whileRevoking } from '../revocation/revocation.repository.ts';
import { terminalMayBecome, terminalState } from './terminal.ts';
import { lockTerminal, saveTerminal, terminalById, terminalFactsOf } from './terminal.repository.ts';

/** Revokes a terminal: no more tokens, the present ones refused within a minute. Again: nothing changes. */
export async function revokeTerminal(
  { db }: IdentityDeps,
  ctx: TenantContext,
  id: string,
  visible: readonly string[] | null,
): Promise<TerminalFacts> {
  await db.tx(ctx, (tx) => terminalById(tx, id, visible)); // 404 before anything is written
  return whileRevoking(db, ctx.tenantId, id, () =>
    db.tx(ctx, async (tx) => {
      const before = await lockTerminal(tx, id, visible);
      if (terminalMayBecome(terminalState(before), 'revoked'))
        return saveTerminal(db, tx, { ...before, revokedAt: new Date() });
      const [facts] = await terminalFactsOf(tx, [before]);
      if (facts === undefined) throw new NexusError('NX-1000');
      return facts;
    }),
  );
}
