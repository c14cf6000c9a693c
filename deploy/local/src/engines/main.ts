import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, LauncherError } from '../launcher-error.ts';
import { formatProcesses } from '../format-processes.ts';
import { enginesStatus, startEngines, stopEngines } from './control.ts';
import { engineNameSchema, type EngineOptionsInput } from './options.ts';
import { defaultEnginesDir, enginesStateFile } from './state.ts';

const HELP = `node deploy/local/src/engines/main.ts up|down|status [options]

  up       start the engines in the background; returns when they are ready
  down     stop them; their data stays
  status   list their processes

  --state-dir DIR       where data and engines.json go (default: .nexus/engines)
  --only a,b            only these and what they need: postgres, nats, temporal, temporal-ui, keycloak, pgbouncer
  --edge-origin URL     the origin that browsers will use (default: http://127.0.0.1:8080)
  --json                machine-readable status
  --help`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    'state-dir': { type: 'string', default: defaultEnginesDir },
    only: { type: 'string' },
    'edge-origin': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function upOptions(): EngineOptionsInput {
  const only = values.only?.split(',').map((name) => {
    const parsed = engineNameSchema.safeParse(name);
    if (!parsed.success) throw new LauncherError(`There is no engine "${name}".`, 'See --help for their names.');
    return parsed.data;
  });
  return { ...(only ? { only } : {}), ...(values['edge-origin'] ? { edgeOrigin: values['edge-origin'] } : {}) };
}

async function main(): Promise<void> {
  const stateDir = resolve(values['state-dir']);
  const print = (line: string) => console.log(line);
  switch (values.help ? 'help' : positionals[0]) {
    case 'up':
      await startEngines({ stateDir, ...upOptions() }, print);
      print(formatProcesses(enginesStatus(stateDir)));
      return print(`Addresses and logins: ${enginesStateFile(stateDir)}`);
    case 'down':
      return print((await stopEngines(stateDir)) ? 'Stopped.' : 'Nothing was running.');
    case 'status':
      return status(enginesStatus(stateDir), print);
    case 'help':
      return print(HELP);
    default:
      throw new LauncherError('A command is missing or not known.', `Use one of these:\n${HELP}`);
  }
}

function status(processes: ReturnType<typeof enginesStatus>, print: (line: string) => void): void {
  print(values.json ? JSON.stringify({ processes }, null, 2) : formatProcesses(processes));
  if (processes.length === 0 || processes.some(({ state }) => state !== 'running')) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
