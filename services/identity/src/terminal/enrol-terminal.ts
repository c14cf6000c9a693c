import { enrolmentProofText, NexusError, type EnrolTerminalAnswer, type EnrolTerminalRequest } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { branchById, branchFactsOf } from '../branch/branch.repository.ts';
import type { IdentityDeps } from '../deps.ts';
import { legalEntityById } from '../legal-entity/legal-entity.repository.ts';
import { tenantById } from '../tenant/tenant.repository.ts';
import { claimCode, claimKey, type Enrolment } from './enrolment-code.repository.ts';
import { enrolmentCodeHash, readTerminalKey, signedBy, terminalMayBecome, terminalState } from './terminal.ts';
import { lockTerminal, saveTerminal, terminalFactsOf } from './terminal.repository.ts';
import type { Terminal } from './terminal.entity.ts';

/**
 * A terminal presents its one-time code and the key it made. The code is taken in the shared schema first, for this key
 * alone, then the terminal's row follows: a crash in between, or an answer that got lost, is put right by asking again.
 *
 * @throws NexusError IDN-1003 the key is not proven, IDN-1004 no such code (any more) or key in use, IDN-1005 revoked
 */
export async function enrolTerminal(
  { db }: IdentityDeps,
  { code, publicKey, chain, signature }: EnrolTerminalRequest,
): Promise<EnrolTerminalAnswer> {
  const key = readTerminalKey(publicKey);
  if (key === undefined || !signedBy(publicKey, enrolmentProofText(code, publicKey, chain), signature))
    throw new NexusError('IDN-1003');
  const enrolment: Enrolment = { codeHash: enrolmentCodeHash(code), keyId: key.keyId, publicKey, chain };
  const { owner, tenant } = await db.shared(async (tx) => {
    const owner = await claimCode(tx, enrolment);
    if (owner === undefined || !(await claimKey(tx, owner, enrolment))) throw new NexusError('IDN-1004');
    return { owner, tenant: await tenantById(tx, owner.tenantId) };
  });
  if (tenant?.state !== 'ready') throw new NexusError('IDN-1004');
  return db.tx(owner, async (tx) => {
    const before = await lockTerminal(tx, owner.terminalId, null);
    const terminal = enrolled(before, enrolment);
    const [facts] = terminal === before ? await terminalFactsOf(tx, [before]) : [await saveTerminal(db, tx, terminal)];
    if (facts === undefined) throw new NexusError('NX-1000');
    return {
      tenant: { id: tenant.tenantId, slug: tenant.slug, name: tenant.name },
      terminal: facts,
      ...(await placeOf(tx, terminal)),
      serverTime: Date.now(),
    };
  });
}

/** The terminal with its key; the same object when it has it already. */
function enrolled(terminal: Terminal, { keyId, publicKey, chain }: Enrolment): Terminal {
  const state = terminalState(terminal);
  if (state === 'revoked') throw new NexusError('IDN-1005');
  if (state === 'enrolled' && terminal.keyId === keyId && terminal.chain === chain) return terminal;
  if (!terminalMayBecome(state, 'enrolled')) throw new NexusError('IDN-1004');
  return { ...terminal, keyId, publicKey, chain, enrolledAt: new Date() };
}

async function placeOf(tx: TenantTx, terminal: Terminal) {
  const row = await branchById(tx, terminal.branch);
  const [branch] = await branchFactsOf(tx, [row]);
  if (branch === undefined) throw new NexusError('NX-1000');
  return { branch, legalEntity: await legalEntityById(tx, row.legalEntity) };
}
