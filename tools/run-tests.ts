/**
 * `npm test`: type check, lint and format; unit tests; tests of the chart; then integration, workflow and browser tests on engines of this
 * run's own, and trials of the whole platform on top of them; all is stopped again whatever happens. The last line is `N passed, N failed`, the exit code says the same.
 *
 * With NEXUS_TEST_ENGINES set (the path of an engines.json) those engines are used and left running.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../packages/testkit/src/port.ts';
import { run } from './test-run/command.ts';
import { announce, check, jest } from './test-run/steps.ts';
import { summary, tallyOfCheck, type Tally } from './test-run/tally.ts';

const MINUTE_MS = 60_000;
const ENGINES = 'deploy/local/src/engines/main.ts';
const NEXUS = 'packages/cli/src/main.ts';
const CLUSTER_LAB = 'deploy/cluster-lab/src/main.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

const within = (minutes: number, env: Readonly<Record<string, string>> = {}) => ({
  timeoutMs: minutes * MINUTE_MS,
  signal: interrupted.signal,
  env,
});
const tallies: Tally[] = [];

async function staticChecks(): Promise<void> {
  tallies.push(await check('type check', 'tsc', ['-p', 'tsconfig.json'], within(10)));
  tallies.push(
    await check(
      'type check of the back office',
      'npm',
      ['run', 'check', '-w', 'backoffice', '--if-present'],
      within(10),
    ),
  );
  tallies.push(await check('lint', 'eslint', ['.', '--max-warnings', '0'], within(15)));
  tallies.push(await check('format', 'prettier', ['--check', '--log-level', 'warn', '.'], within(10)));
}

/** Rendered, judged by schemas and by our own policies; what takes an API server is `npm run test:cluster`. */
async function chart(): Promise<void> {
  const start = performance.now();
  announce('programs for the chart');
  // The first run on a machine builds them.
  const failure = await run('node', [CLUSTER_LAB, 'provide'], within(30));
  if (failure === undefined) tallies.push(await jest('chart', within(15)));
  else tallies.push(tallyOfCheck('programs for the chart', failure, (performance.now() - start) / 1000));
}

async function onEngines(enginesFile: string): Promise<void> {
  const env = { NEXUS_TEST_ENGINES: enginesFile };
  tallies.push(await jest('int', within(40, env)));
  tallies.push(await jest('browser', within(20, env)));
}

/** The whole platform: the trials start the rest of it beside this run's engines, and break both. One after the other. */
async function trials(stateDir: string): Promise<void> {
  tallies.push(await jest('trial', within(40, { NEXUS_TRIALS_STATE_DIR: stateDir }), ['--runInBand']));
}

/** Starts engines in a folder of their own, runs the tests on them, and stops them even if starting failed half-way. */
async function onEnginesOfOurOwn(): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), 'nexus-test-'));
  const engines = join(stateDir, 'engines');
  const start = performance.now();
  try {
    announce('starting engines');
    const origin = `http://127.0.0.1:${await freePort()}`;
    // The first run on a machine builds them.
    const args = [ENGINES, 'up', '--state-dir', engines, '--edge-origin', origin];
    const failure = await run('node', args, within(30));
    if (failure === undefined) {
      await onEngines(join(engines, 'engines.json'));
      await trials(stateDir);
    } else tallies.push(tallyOfCheck('engines', failure, (performance.now() - start) / 1000));
  } finally {
    announce('stopping everything');
    const failure = await run('node', [NEXUS, 'down'], {
      timeoutMs: 3 * MINUTE_MS,
      signal: new AbortController().signal,
      env: { NEXUS_STATE_DIR: stateDir },
    });
    if (failure === undefined) await rm(stateDir, { recursive: true, force: true });
    else tallies.push(tallyOfCheck('stopping everything', `${failure}; see ${stateDir}`, 0));
  }
}

await staticChecks();
tallies.push(await jest('unit', within(15)));
await chart();
const given = process.env['NEXUS_TEST_ENGINES'];
if (given !== undefined) await onEngines(given);
else if (!interrupted.signal.aborted) await onEnginesOfOurOwn();
if (interrupted.signal.aborted) tallies.push(tallyOfCheck('test run', 'interrupted', 0));

process.stdout.write(`${summary(tallies)}\n`);
process.exitCode = tallies.some(({ failed }) => failed > 0) ? 1 : 0;
