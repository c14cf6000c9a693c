import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatProcesses } from './format-processes.ts';
import { runDemo } from './demo-chain.ts';
import { describeError, LauncherError } from './launcher-error.ts';
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

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    sales: { type: 'string' },
    split: { type: 'boolean', default: false },
    pooled: { type: 'boolean', default: false },
    port: { type: 'string' },
    'state-dir': { type: 'string', default: defaultStateDir },
    help: { type: 'boolean', default: false },
  },
});

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

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    // Waiting for a signal alone does not keep Node running.
    setInterval(() => undefined, 60_000);
  });
}

async function main(): Promise<number> {
  const stateDir = resolve(values['state-dir']);
  const stop = interrupted();
  const port = values.port === undefined ? {} : { ports: { edge: portOf(values.port) } };
  // A start that was refused leaves alone what ran before it.
  let ours = status({ stateDir }).length === 0;
  try {
    const starting = up({ split: values.split, pooled: values.pooled, stateDir, onProgress: progress, ...port });
    const running = await Promise.race([starting, stop]);
    ours = true;
    if (!running) return 130;
    const sales = values.sales === undefined ? undefined : resolve(values.sales);
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

if (values.help) {
  print(HELP);
} else {
  try {
    process.exit(await main());
  } catch (error) {
    console.error(describeError(error));
    process.exit(1);
  }
}
