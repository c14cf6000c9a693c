import { tenantReservation, tenantRow } from '@nexus/contracts';
import type { Command } from 'commander';
import { deadlineIn, poll } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import type { OperatorSession } from '../session/operator-session.ts';
import { runs, type CommandIo } from './command-context.ts';

export interface NewTenant {
  readonly name: string;
  readonly ownerEmail: string;
  readonly ownerName?: string | undefined;
  readonly currency: string;
  readonly country: string;
  readonly slug?: string | undefined;
}
export interface MadeTenant {
  readonly tenantId: string;
  readonly slug: string;
}

/** Provisioning waits for engines that are away; this long, nobody looks on. */
const READY_WITHIN_MS = 180_000;

/** Signs a chain up and waits until its provisioning has ended. Fails with the platform's reason where it was given up. */
export async function createTenant(session: OperatorSession, tenant: NewTenant): Promise<MadeTenant> {
  const { tenantId, slug } = await session.api.call({
    method: 'POST',
    path: '/api/identity/tenants',
    body: tenant,
    response: tenantReservation,
    idempotencyKey: `nexus-tenant-create/${crypto.randomUUID()}`,
  });
  return untilReady(session, { tenantId, slug });
}

/** Waits until a chain's provisioning has ended. Fails with the platform's reason where it was given up. */
export async function untilReady(session: OperatorSession, { tenantId, slug }: MadeTenant): Promise<MadeTenant> {
  const deadline = deadlineIn(READY_WITHIN_MS);
  const row = await poll(async () => {
    const now = await session.api.call({ path: `/api/identity/tenants/${tenantId}`, response: tenantRow });
    return now.state === 'ready' || now.state === 'failed' ? now : undefined;
  }, deadline);
  if (row === undefined) throw new CliError(`${slug} (${tenantId}) is not ready yet; provisioning goes on by itself`);
  if (row.state === 'failed') throw new CliError(`${slug} was not made: ${row.failure ?? 'no reason is known'}`);
  return { tenantId, slug };
}

export function addTenantCommands(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  const tenant = program.command('tenant').description('chains on this platform');
  runs<NewTenant>(
    tenant
      .command('create')
      .description('sign a chain up; prints its id and slug once it is ready')
      .requiredOption('--name <name>', 'name of the chain')
      .requiredOption('--owner-email <address>', 'e-mail address of the owner')
      .requiredOption('--currency <code>', 'currency, e.g. GHS')
      .requiredOption('--country <code>', 'country, e.g. GH')
      .option('--owner-name <name>', 'name of the owner')
      .option('--slug <slug>', 'name in addresses; without it one is made from the name'),
    io,
    async ({ session, output }, { name, ownerEmail, ownerName, currency, country, slug }) => {
      output.progress(`signing up ${name}`);
      const made = await createTenant(session(), { name, ownerEmail, ownerName, currency, country, slug });
      output.result(made, () => `id    ${made.tenantId}\nslug  ${made.slug}`);
    },
  );
}
