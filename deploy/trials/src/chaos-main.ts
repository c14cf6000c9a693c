/** `npm run chaos`: the chaos trial, as long as one likes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDir, describeError, down, LauncherError, status } from '@nexus/local';
import { config } from './config.ts';

const HELP = `npm run chaos -- [options]

Starts the platform with every service a process of its own, lets chains deliver a week's sales round after round, kills
engines, services and workers with kill -9 at seeded moments meanwhile, and proves every chain's books to the last minor
unit. Then it deletes the JetStream store, drops Temporal's databases and restores services' databases from older copies.
Exits 0 only if nothing was lost and nothing counted twice. Takes 2 to 4 seconds a kill.

  --kills N         how many processes to kill (default: ${config.kills})
  --seed N          of the sales, the victims and the moments (default: ${config.seed})
  --pooled          services reach PostgreSQL by way of PgBouncer, which is killed as well
  --state-dir DIR   where the platform's data goes (default: .nexus/trials); it is stopped at the end unless it ran before
  --help`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: String(config.kills) },
    seed: { type: 'string', default: String(config.seed) },
    pooled: { type: 'boolean', default: config.pooledChaos },
    'state-dir': { type: 'string', default: config.stateDir },
    help: { type: 'boolean', default: false },
  },
});

function whole(name: 'kills' | 'seed', max: number): string {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1 && value <= max) return values[name];
  throw new LauncherError(`--${name} must be a whole number from 1 to ${max}.`, 'See --help.');
}

/** Exit code of the trial. Interrupted once, it ends in its own order. */
function trial(env: Record<string, string>): Promise<number> {
  const args = [join(checkoutDir, 'tools', 'jest.ts'), 'deploy/trials/src/chaos', '--selectProjects', 'trial'];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  const stateDir = values['state-dir'];
  const env = {
    NEXUS_CHAOS_KILLS: whole('kills', 100_000),
    NEXUS_CHAOS_SEED: whole('seed', 2 ** 31),
    NEXUS_CHAOS_POOLED: String(values.pooled),
    NEXUS_TRIALS_STATE_DIR: stateDir,
  };
  const ranBefore = status({ stateDir }).length > 0;
  try {
    return await trial(env);
  } finally {
    if (!ranBefore) await down({ stateDir });
  }
}

if (values.help) {
  console.log(HELP);
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
}
