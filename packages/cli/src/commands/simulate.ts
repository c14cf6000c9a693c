import { join, resolve } from 'node:path';
import { defaultStateDir } from '@nexus/local';
import { exponentOf, toDecimal } from '@nexus/money';
import type { Command } from 'commander';
import { readSalesFile } from '../sales-file/read-sales-file.ts';
import { operatorAccess } from '../session/operator-access.ts';
import { simulate, type Simulation } from '../simulate/simulate.ts';
import { zoneFor } from '../simulate/zone-of-country.ts';
import { runs, type CommandContext, type CommandIo } from './command-context.ts';
import { countOf, secondsOf, seedOf } from './options.ts';

/** Most branches and terminals of one simulation: each till has its own database open. */
const MAX_TERMINALS = 200;

export interface SimulateFlags {
  readonly tenant: string;
  readonly sales: string;
  readonly branches: string;
  readonly terminals: string;
  readonly offline?: boolean;
  readonly duplicate?: boolean;
  readonly shuffle?: boolean;
  readonly zone?: string;
  readonly seed: string;
  readonly timeout: string;
}

/** Where simulated tills keep their folders. */
export const tillsDirectory = (stateDir: string | undefined): string =>
  join(resolve(stateDir ?? defaultStateDir), 'tills');

export async function runSimulation(context: CommandContext, flags: SimulateFlags): Promise<Simulation> {
  const terminals = countOf(flags.terminals, 'the number of terminals', MAX_TERMINALS);
  const branches = countOf(flags.branches, 'the number of branches', MAX_TERMINALS);
  const { output, config } = context;
  const session = await context.enter(flags.tenant);
  output.progress(`reading ${flags.sales}`);
  const file = await readSalesFile(flags.sales, session.tenant.currency);
  return simulate(session, file, {
    branches,
    terminals,
    zone: zoneFor(session.tenant.country, flags.zone),
    offline: flags.offline ?? false,
    duplicate: flags.duplicate ?? false,
    shuffle: flags.shuffle ?? false,
    seed: seedOf(flags.seed),
    directory: tillsDirectory(config.NEXUS_STATE_DIR),
    origin: operatorAccess(config).origin,
    timeoutMs: secondsOf(flags.timeout) * 1000,
    progress: (line) => output.progress(line),
  });
}

export function simulationText(done: Simulation): string {
  const amount = (minor: number): string => `${toDecimal(minor, exponentOf(done.currency))} ${done.currency}`;
  const { sold, seconds } = done;
  return [
    `${sold.sales} sales of ${amount(sold.grossSalesMinor)} and ${sold.refunds} refunds of ${amount(sold.grossRefundsMinor)}`,
    `at ${done.terminals} terminals in ${done.branches} branches: ${done.entries} entries in ${done.uploads} uploads`,
    `sold in ${seconds.selling} s, uploaded in ${seconds.uploading} s, applied ${seconds.applying} s later`,
  ].join('\n');
}

export function addSimulateCommand(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  runs<SimulateFlags>(
    program
      .command('simulate')
      .description('let headless tills sell a file of sales; returns when all is acknowledged and applied')
      .requiredOption('--tenant <slug>', 'a chain without branches and terminals')
      .requiredOption(
        '--sales <file>',
        'CSV, also gzipped: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country',
      )
      .requiredOption('--branches <B>', 'branches to make')
      .requiredOption('--terminals <T>', 'terminals to make; terminal t stands in branch t mod B')
      .option('--offline', 'sell everything before the first upload')
      .option('--duplicate', 'send each upload three times at once')
      .option('--shuffle', 'send uploads out of order')
      .option('--zone <zone>', "IANA time zone of the branches (default: the country's)")
      .option('--seed <number>', 'for --shuffle', '1')
      .option('--timeout <seconds>', 'how long all of it may take', '3600'),
    io,
    async (context, flags) => {
      const done = await runSimulation(context, flags);
      context.output.result(done, () => simulationText(done));
    },
  );
}
