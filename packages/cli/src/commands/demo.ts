import type { Command } from 'commander';
import { demo } from '../demo/demo.ts';
import { proofTable } from '../prove/proof-table.ts';
import { operatorAccess } from '../session/operator-access.ts';
import { runs, type CommandIo } from './command-context.ts';
import { seedOf } from './options.ts';
import { simulationText, tillsDirectory } from './simulate.ts';

export function addDemoCommand(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  runs<{ sales?: string; seed: string }>(
    program
      .command('demo')
      .description('sign the demo chain up, let it sell a busy week offline, prove it; exits 1 if not all was proved')
      .option('--sales <file>', 'a file of sales instead of the generated week')
      .option('--seed <number>', 'of the generated catalogue and week', '1'),
    io,
    async ({ output, config }, flags) => {
      const done = await demo({
        access: operatorAccess(config),
        sales: flags.sales,
        seed: seedOf(flags.seed),
        directory: tillsDirectory(config.NEXUS_STATE_DIR),
        progress: (line) => output.progress(line),
      });
      output.result(done, () =>
        [
          ...(done.simulation ? [simulationText(done.simulation)] : []),
          proofTable(done.proof),
          done.inTheBooks ? 'The books say what was sold.' : 'THE BOOKS DO NOT SAY WHAT WAS SOLD.',
        ].join('\n\n'),
      );
      return done.proof.holds && done.inTheBooks ? 0 : 1;
    },
  );
}
