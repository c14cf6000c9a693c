import { rebuildRun, type RebuildRun } from '@nexus/contracts';
import type { Command } from 'commander';
import { deadlineIn, poll, type Deadline } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import { tableOf } from '../output/output.ts';
import type { ApiClient } from '../session/api-client.ts';
import { runs, type CommandIo } from './command-context.ts';

const TIMEOUT_MS = 60 * 60_000;
const PATH = '/api/sales/rebuilds';

/** Begins a rebuild and looks on until it has ended; it goes on by itself should nobody look. */
export async function rebuildSales(
  api: ApiClient,
  deadline: Deadline,
  onProgress: (events: number) => void,
): Promise<NonNullable<RebuildRun['report']>> {
  const { id } = await api.call({ method: 'POST', path: PATH, response: rebuildRun });
  let told = 0;
  const run = await poll(async () => {
    const now = await api.call({ path: `${PATH}/${id}`, response: rebuildRun });
    if (now.events > told) onProgress((told = now.events));
    return now.state === 'running' ? undefined : now;
  }, deadline);
  if (run === undefined) throw new CliError('the rebuild has not ended yet; it goes on by itself');
  if (run.report === undefined)
    throw new CliError(`the rebuild failed and changed nothing: ${run.error ?? 'no reason'}`);
  return run.report;
}

export function addRebuildCommands(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  const rebuild = program.command('rebuild').description('projections, made again from the event log');
  runs<{ tenant: string }>(
    rebuild
      .command('sales')
      .description("the transaction log's projections; exits 1 if the rows came out different")
      .requiredOption('--tenant <slug>', 'chain'),
    io,
    async ({ enter, output }, options) => {
      const { api, tenant } = await enter(options.tenant);
      output.progress(`rebuilding the sales of ${tenant.name}`);
      const tell = (events: number): void => output.progress(`${events} events read`);
      const report = await rebuildSales(api, deadlineIn(TIMEOUT_MS), tell);
      output.result(report, () =>
        [
          tableOf(
            ['table', 'rows before', 'rows after', ''],
            report.tables.map(({ table, before, after }) => [
              table,
              before.rows,
              after.rows,
              before.checksum === after.checksum ? 'equal' : 'DIFFERENT',
            ]),
          ),
          `${report.transactions} transactions from ${report.events} events: ${report.equal ? 'equal' : 'NOT EQUAL'}`,
        ].join('\n'),
      );
      return report.equal ? 0 : 1;
    },
  );
}
