import { chainStructure, NexusError, securityState, terminalByKey } from '@nexus/contracts';
import { rpcHandler, type RpcHandler } from '@nexus/messaging';
import type { z } from 'zod';
import { readChainStructure } from './chain/chain-structure.ts';
import type { IdentityDeps } from './deps.ts';
import { currentRevocations } from './revocation/revocation.repository.ts';
import { keyHolder } from './terminal/enrolment-code.repository.ts';
import { terminalById, terminalFactsOf } from './terminal/terminal.repository.ts';

/** Keys and revocations, as other services ask for them and as identity's own door uses them. */
export const currentSecurityState =
  ({ db, signer }: Pick<IdentityDeps, 'db' | 'signer'>) =>
  async (): Promise<z.output<typeof securityState.reply>> => ({
    keys: (await signer.publicKeys()).map((key) => ({ ...key })),
    revocations: await db.shared(currentRevocations),
  });

/** What identity answers other services; the messaging kit adds the questions about its event log. */
export const rpcHandlers = ({ db, signer }: IdentityDeps): RpcHandler[] => [
  rpcHandler(securityState, currentSecurityState({ db, signer })),
  rpcHandler(terminalByKey, async (_ctx, { keyId }) => {
    const holder = await db.shared((tx) => keyHolder(tx, keyId));
    if (holder === undefined) return { found: null };
    return db.tx(holder, async (tx) => {
      const terminal = await terminalById(tx, holder.terminalId, null);
      if (terminal.keyId !== keyId) return { found: null }; // claimed by an enrolment that did not end
      const [facts] = await terminalFactsOf(tx, [terminal]);
      if (facts === undefined) throw new NexusError('NX-1000');
      return { found: { tenant: holder.tenantId, terminal: facts } };
    });
  }),
  rpcHandler(chainStructure, (ctx) => readChainStructure(db, ctx, null)),
];
