import type { Command } from 'commander';
import { deadlineIn } from '../bounded.ts';
import { httpAudits } from '../prove/audits.ts';
import { proofTable } from '../prove/proof-table.ts';
import { prove } from '../prove/prove.ts';
import { secondsOf } from './options.ts';
import { runs, type CommandIo } from './command-context.ts';

export function addProveCommand(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  runs<{ tenant: string; timeout: string }>(
    program
      .command('prove')
      .description('recompute every book from its rows and compare them; exits 1 if an invariant does not hold')
      .requiredOption('--tenant <slug>', 'chain')
      .option('--timeout <seconds>', 'how long to wait until every service has passed the watermark', '120'),
    io,
    async ({ enter, output }, options) => {
      const { api, tenant } = await enter(options.tenant);
      output.progress(`asking every service about ${tenant.name}`);
      const proof = await prove(httpAudits(api), tenant, deadlineIn(secondsOf(options.timeout) * 1000));
      output.result(proof, () => proofTable(proof));
      return proof.holds ? 0 : 1;
    },
  );
}
