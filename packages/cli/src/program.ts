import { LauncherError, describeError } from '@nexus/local';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addCatalogueCommands } from './commands/catalogue.ts';
import type { CommandIo } from './commands/command-context.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addJournalCommands } from './commands/journal.ts';
import { addMessagesCommands } from './commands/messages.ts';
import { addPlatformCommands } from './commands/platform.ts';
import { addProveCommand } from './commands/prove.ts';
import { addRebuildCommands } from './commands/rebuild.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addTenantCommands } from './commands/tenant.ts';
import { standardStreams } from './output/output.ts';

/** Runs the `nexus` command with these arguments (those after its name) and gives its exit code. Never throws. */
export async function runNexus(args: readonly string[], io: CommandIo = {}): Promise<number> {
  const streams = io.streams ?? standardStreams;
  let code = 0;
  const exits = { ...io, exit: (given: number) => void (code = given) };
  const program = new Command('nexus')
    .description('Nexus Retail OS: run it, sign chains up, try them out, prove their books')
    .showHelpAfterError('(nexus <command> --help says more)')
    .exitOverride()
    .configureOutput({ writeOut: streams.stdout, writeErr: streams.stderr });
  addPlatformCommands(program, exits);
  addTenantCommands(program, exits);
  addCatalogueCommands(program, exits);
  addSimulateCommand(program, exits);
  addJournalCommands(program, exits);
  addMessagesCommands(program, exits);
  addProveCommand(program, exits);
  addRebuildCommands(program, exits);
  addDemoCommand(program, exits);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode;
    streams.stderr(`${messageOf(error)}\n`);
    if (args.includes('--json')) streams.stdout(`${JSON.stringify({ error: errorJson(error) }, null, 2)}\n`);
    return 1;
  }
}

const messageOf = (error: unknown): string => {
  if (error instanceof CliError) return `nexus: ${error.message}`;
  if (error instanceof LauncherError) return describeError(error);
  return `nexus: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};

const errorJson = (error: unknown): Record<string, unknown> => ({
  message: error instanceof Error ? error.message : String(error),
  ...(error instanceof LauncherError && { remedy: error.remedy }),
  ...(error instanceof CliError && error.code !== undefined && { code: error.code }),
  ...(error instanceof CliError && error.problem !== undefined && { problem: error.problem }),
});
