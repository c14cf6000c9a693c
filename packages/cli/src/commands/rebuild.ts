import { rebuildReport } from '@nexus/contracts';
import type { Command } from 'commander';
import { tableOf } from '../output/output.ts';
import { runs, type CommandIo } from './command-context.ts';

const TIMEOUT_MS = 30 * 60_000;

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
      const path = '/api/sales/rebuilds';
      const report = await api.call({ method: 'POST', path, response: rebuildReport, timeoutMs: TIMEOUT_MS });
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
