import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDir, LauncherError, type PlatformProcess } from '@nexus/local';
import { ENVIRONMENTS, type Environment } from './chart-settings.ts';

export interface RollingOptions {
  /** Which of the chart's values say how long a pod drains. */
  readonly environment: Environment;
  readonly rounds: number;
  readonly processes: readonly PlatformProcess[];
  /** All at once, as a release does it, instead of one after the other. */
  readonly together: boolean;
  /** Folder of the version that runs at first; this checkout where absent. */
  readonly from: string | undefined;
  readonly propagationMs: number;
  readonly stateDir: string;
  readonly edgePort: number;
  readonly json: boolean;
  readonly help: boolean;
}

export const PROCESS_NAMES: readonly PlatformProcess[] = [
  'identity',
  'catalog',
  'sync',
  'sales',
  'inventory',
  'workflows',
  'edge',
];
const MAX_ROUNDS = 100;
const MAX_PROPAGATION_MS = 60_000;

export const HELP = `npm run test:rolling -- [options]

Runs every process of the platform as a cluster does and replaces one after the other under load: the new one starts beside
the old one, becomes ready, and only then the old one gets SIGTERM. Tills sell, people read, sign in and change prices, chains
are signed up, all by way of the edge and without trying anything again. Exits 0 only if no request failed, every process
stopped by itself in time, no nudge was lost, every sale is in the books once, and \`nexus prove\` finds nothing.

  --rounds N         odd ones roll the new version out, even ones roll it back (default: 1)
  --from DIR         what runs at first: a checkout of an earlier version with its dependencies, or the folder that
                     \`npm run images -- --rootfs DIR\` wrote (default: this checkout, told apart by name alone)
  --values NAME      ${ENVIRONMENTS.join(', ')}: whose drain and grace, as helm/nexus has them (default: production)
  --process NAME     replace this one alone; may be given again
  --together         all at once, as a release of the chart does it; needs more than two cores to be quick
  --propagation MS   so long every node still sends new connections to a pod that was told to stop (default: 2000)
  --port N           of the edge (default: 8096)
  --state-dir DIR    where data and logs go (default: .nexus/rolling); engines that ran there before go on running
  --json             print the report as one JSON document
  --help`;

export function readOptions(args: readonly string[]): RollingOptions {
  const { values } = parsed(args);
  const environment = ENVIRONMENTS.find((one) => one === values.values);
  if (environment === undefined) throw misuse(`--values must be one of ${ENVIRONMENTS.join(', ')}.`);
  const processes = PROCESS_NAMES.filter((name) => values.process.length === 0 || values.process.includes(name));
  const unknown = values.process.find((name) => !PROCESS_NAMES.some((one) => one === name));
  if (unknown !== undefined) throw misuse(`--process must be one of ${PROCESS_NAMES.join(', ')}.`);
  return {
    environment,
    processes,
    together: values.together,
    rounds: whole('--rounds', values.rounds, 1, MAX_ROUNDS),
    from: values.from === undefined ? undefined : resolve(values.from),
    propagationMs: whole('--propagation', values.propagation, 0, MAX_PROPAGATION_MS),
    stateDir: resolve(values['state-dir']),
    edgePort: whole('--port', values.port, 1, 65_535),
    json: values.json,
    help: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string', default: '1' },
        from: { type: 'string' },
        values: { type: 'string', default: 'production' },
        process: { type: 'string', multiple: true, default: [] },
        together: { type: 'boolean', default: false },
        propagation: { type: 'string', default: '2000' },
        port: { type: 'string', default: '8096' },
        'state-dir': { type: 'string', default: join(checkoutDir, '.nexus', 'rolling') },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw misuse(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw misuse(`${name} must be a whole number from ${min} to ${max}.`);
}

const misuse = (what: string): LauncherError => new LauncherError(what, 'See --help.');
