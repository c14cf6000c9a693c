import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatProcesses } from './format-processes.ts';
import { runDemo } from './demo-chain.ts';
import { describeError, LauncherError, messageOf } from './launcher-error.ts';
import { down, status, up, type Running } from './launcher.ts';
import { defaultStateDir } from './paths.ts';

const HELP = `npm start [-- options]

Starts all of Nexus, signs up a demo chain that sells a busy week offline, proves its books, and keeps everything running
until Ctrl-C, which stops it again.

  --check         start, prove, stop; exits 0 only if all was proved
  --sales FILE    let the demo chain sell this file instead of the generated week
  --split         every service in a process of its own
  --pooled        services reach PostgreSQL by way of PgBouncer
  --port PORT     where browsers reach it (default: 8080)
  --state-dir DIR where its data goes (default: .nexus)
  --help`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        check: { type: 'boolean', default: false },
        sales: { type: 'string' },
        split: { type: 'boolean', default: false },
        pooled: { type: 'boolean', default: false },
        port: { type: 'string' },
        'state-dir': { type: 'string', default: defaultStateDir },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new LauncherError(messageOf(error), 'See `npm start -- --help`.', { cause: error });
  }
}
type Options = ReturnType<typeof readOptions>;

const startedAt = performance.now();
const print = (line: string) => console.log(line);
const progress = (line: string) => {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  print(`${String(seconds).padStart(4)} s  ${line}`);
};

function addresses({ engines, platform }: Running): string {
  const { keycloak, temporalUi } = engines;
  return [
    `  Nexus          ${platform.origin}`,
    `  Owner          owner@kente-stores.example / ${platform.initialPassword}`,
    `  Operator       ${keycloak.operator.username} / ${keycloak.operator.password}`,
    ...(temporalUi ? [`  Temporal       ${temporalUi.url}`] : []),
    `  Keycloak       ${keycloak.adminUrl}  ${keycloak.adminUser} / ${keycloak.adminPassword}`,
  ].join('\n');
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new LauncherError(`${text} is not a port.`, 'Name one from 1 to 65535, or leave --port out.');
}

/** A file that is not there is better told now than when everything has started. */
async function salesFile(path: string): Promise<string> {
  const file = resolve(path);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new LauncherError(`${file} cannot be read.`, 'Name a file of sales, or leave --sales out.', { cause: error });
  });
  return file;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    // Waiting for a signal alone does not keep Node running.
    setInterval(() => undefined, 60_000);
  });
}

async function main(values: Options): Promise<number> {
  const stateDir = resolve(values['state-dir']);
  const stop = interrupted();
  const port = values.port === undefined ? {} : { ports: { edge: portOf(values.port) } };
  const sales = values.sales === undefined ? undefined : await salesFile(values.sales);
  // A start that was refused leaves alone what ran before it.
  let ours = status({ stateDir }).length === 0;
  try {
    const starting = up({ split: values.split, pooled: values.pooled, stateDir, onProgress: progress, ...port });
    const running = await Promise.race([starting, stop]);
    ours = true;
    if (!running) return 130;
    const demo = new AbortController();
    void stop.then(() => demo.abort());
    const proved = await runDemo({ stateDir, sales, signal: demo.signal });
    if (demo.signal.aborted) return 130;
    print(`\n${formatProcesses(status({ stateDir }))}\n\n${addresses(running)}\n`);
    if (!proved) print('Not everything was proved: see the table above.');
    if (values.check) return proved && status({ stateDir }).every(({ state }) => state === 'running') ? 0 : 1;
    print('Ctrl-C stops everything.');
    await stop;
    return 0;
  } finally {
    if (ours) {
      progress('stopping everything');
      await down({ stateDir });
      progress('stopped');
    }
  }
}

try {
  const options = readOptions();
  if (options.help) print(HELP);
  else process.exit(await main(options));
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
