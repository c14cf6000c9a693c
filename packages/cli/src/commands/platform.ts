import { down, formatProcesses, status, up } from '@nexus/local';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { runs, type CommandContext, type CommandIo } from './command-context.ts';

type Io = CommandIo & { exit: (code: number) => void };

const stateDir = ({ config }: CommandContext): { stateDir?: string } =>
  config.NEXUS_STATE_DIR === undefined ? {} : { stateDir: config.NEXUS_STATE_DIR };

/** `up`, `down`, `status`: the platform on this machine. */
export function addPlatformCommands(program: Command, io: Io): void {
  runs<{ split?: boolean; pooled?: boolean; port?: string }>(
    program
      .command('up')
      .description('start Nexus in the background; returns when it is ready')
      .option('--split', 'every service and worker in a process of its own')
      .option('--pooled', 'services reach PostgreSQL by way of PgBouncer in transaction mode')
      .option('--port <port>', 'where browsers reach it (default: 8080)'),
    io,
    async (context, options) => {
      const running = await up({
        ...stateDir(context),
        split: options.split ?? false,
        pooled: options.pooled ?? false,
        ...(options.port !== undefined && { ports: { edge: portOf(options.port) } }),
        onProgress: (line) => context.output.progress(line),
      });
      const processes = status(stateDir(context));
      const { origin, split, pooled } = running.platform;
      const result = { origin, split, pooled, processes };
      context.output.result(result, () => `${formatProcesses(processes)}\n\nNexus runs at ${origin}`);
    },
  );
  runs(program.command('down').description('stop everything that up started; the data stays'), io, async (context) => {
    const stopped = await down(stateDir(context));
    context.output.result({ stopped }, () => (stopped ? 'Stopped.' : 'Nothing was running.'));
  });
  runs(program.command('status').description('what runs; exits 1 unless everything does'), io, (context) => {
    const processes = status(stateDir(context));
    const running = processes.length > 0 && processes.every((one) => one.state === 'running');
    context.output.result({ running, processes }, () =>
      processes.length === 0 ? 'Nothing runs. Start it: npx nexus up' : formatProcesses(processes),
    );
    return running ? 0 : 1;
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new CliError(`${text} is not a port`);
  return port;
}
