import type { Command } from 'commander';
import { readConfig, type CliConfig } from '../config.ts';
import { createOutput, type Output, type Streams } from '../output/output.ts';
import { operatorAccess } from '../session/operator-access.ts';
import { OperatorSession, type TenantSession } from '../session/operator-session.ts';

/** What a command works with. */
export interface CommandContext {
  readonly output: Output;
  readonly config: CliConfig;
  /** Signed in as the platform operator, at first use. */
  readonly session: () => OperatorSession;
  readonly enter: (slug: string) => Promise<TenantSession>;
}

export interface CommandIo {
  readonly streams?: Streams;
  readonly config?: CliConfig;
}

export function createContext(json: boolean, io: CommandIo): CommandContext {
  const config = io.config ?? readConfig();
  let session: OperatorSession | undefined;
  const open = (): OperatorSession => (session ??= new OperatorSession(operatorAccess(config)));
  return { config, output: createOutput(json, io.streams), session: open, enter: (slug) => open().enter(slug) };
}

/** Exit code of a command: 0 unless it says otherwise. */
export type Outcome = number | undefined | void;

/** Adds `--json` and runs the work; its number becomes the exit code. */
// The options' type is what the command declared, which Commander cannot infer.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function runs<O extends object>(
  command: Command,
  io: CommandIo & { exit: (code: number) => void },
  work: (context: CommandContext, options: O, args: readonly string[]) => Promise<Outcome> | Outcome,
): Command {
  return command.option('--json', 'print the result as one JSON document').action(async (...given: unknown[]) => {
    const self = given.pop() as Command;
    const options = self.opts<O & { json?: boolean }>();
    const context = createContext(options.json ?? false, io);
    io.exit((await work(context, options, self.args)) ?? 0);
  });
}
