import {
  branchFacts,
  enrolmentCodeAnswer,
  newBranch,
  newStaff,
  newTerminal,
  staffRow,
  terminalFacts,
  type BranchFacts,
  type TerminalFacts,
} from '@nexus/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { ChainStructure } from '../prove/audits.ts';
import { branchOfTerminal } from '../sales-file/sales-file.ts';
import type { ApiClient } from '../session/api-client.ts';

/** A terminal with the people who work at it. Ids of staff. */
export interface StaffedTerminal {
  readonly index: number;
  readonly facts: TerminalFacts;
  readonly branch: BranchFacts;
  readonly branchIndex: number;
  readonly cashier: string;
  /** Consents to returns without receipt. */
  readonly manager: string;
}

export interface ChainPlan {
  readonly branches: number;
  readonly terminals: number;
  readonly zone: string;
}

/**
 * Makes branches, terminals and staff through identity: a manager for each branch, a cashier for each terminal, which
 * stands in branch `t mod B`. Indexes must count from zero, so the chain may not have any yet.
 */
export async function setUpChain(
  api: ApiClient,
  structure: ChainStructure,
  plan: ChainPlan,
): Promise<StaffedTerminal[]> {
  if (structure.branches.length > 0 || structure.terminals.length > 0) {
    throw new CliError(
      `${structure.slug} has ${structure.branches.length} branches and ${structure.terminals.length} terminals already; ` +
        'simulate wants a new chain (nexus tenant create)',
    );
  }
  const [legalEntity] = structure.legalEntities;
  if (legalEntity === undefined) throw new CliError(`${structure.slug} has no legal entity`);
  const branches: { facts: BranchFacts; manager: string }[] = [];
  for (let b = 0; b < plan.branches; b += 1) {
    const name = `Branch ${b + 1}`;
    const facts = await make(api, 'branches', branchFacts, newBranch, {
      name,
      legalEntity: legalEntity.id,
      zone: plan.zone,
    });
    branches.push({ facts, manager: await hire(api, `Manager of ${name}`, 'manager', facts.id) });
  }
  const staffed: StaffedTerminal[] = [];
  for (let t = 0; t < plan.terminals; t += 1) {
    const branchIndex = branchOfTerminal(t, plan.branches);
    const at = branches[branchIndex];
    if (at === undefined) throw new RangeError(`there is no branch ${branchIndex}`);
    const name = `Terminal ${t + 1}`;
    const facts = await make(api, 'terminals', terminalFacts, newTerminal, { name, branch: at.facts.id });
    const cashier = await hire(api, `Cashier of ${name}`, 'cashier', at.facts.id);
    staffed.push({ index: t, facts, branch: at.facts, branchIndex, cashier, manager: at.manager });
  }
  return staffed;
}

/** A one-time code, as the back office would show it to whoever stands before the new till. */
export async function enrolmentCode(api: ApiClient, terminal: string): Promise<string> {
  const path = `/api/identity/terminals/${terminal}/enrolment-codes`;
  const { code } = await api.call({ method: 'POST', path, response: enrolmentCodeAnswer, repeatable: true });
  return code;
}

async function hire(api: ApiClient, name: string, role: 'manager' | 'cashier', branch: string): Promise<string> {
  const grants = [{ role, scope: { kind: 'branch' as const, id: branch } }];
  const { id } = await make(api, 'staff', staffRow, newStaff, { name, grants });
  return id;
}

/** `_shape` says at compile time what the body must be; the key makes a request that got lost safe to send again. */
const make = <Q extends z.ZodType, A extends z.ZodType>(
  api: ApiClient,
  noun: string,
  response: A,
  _shape: Q,
  body: z.input<Q>,
): Promise<z.output<A>> =>
  api.call({ method: 'POST', path: `/api/identity/${noun}`, body, response, idempotencyKey: crypto.randomUUID() });
