/**
 * `node deploy/cluster-lab/src/main.ts provide [--cluster]`: finds, downloads or builds the programs that tests of the chart
 * need; with `--cluster` those of a whole control plane too. `up` starts one and stays until Ctrl-C, for trying by hand.
 * `test` is `npm run test:cluster`: nothing of it runs on, whatever becomes of the tests.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDir, describeError } from '@nexus/local/provide';
import { BY_HAND, endAllLeftOvers, startControlPlane } from './control-plane/control-plane.ts';
import { provideCrdFiles, provideSchemas } from './schemas/provide-schemas.ts';
import { provideSource } from './tools/sources.ts';
import { provideChartTools, provideClusterTools } from './tools/tools.ts';

const progress = (line: string): void => console.log(line);

async function provide(cluster: boolean): Promise<void> {
  await provideChartTools(progress);
  await provideSchemas(progress);
  if (!cluster) return;
  await provideClusterTools(progress);
  await provideCrdFiles(progress);
  await provideSource('kwok', progress);
}

async function up(): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const cluster = await startControlPlane(BY_HAND, progress);
  progress(`export KUBECONFIG=${cluster.kubeconfig}`);
  // A timer keeps the process; the components are nobody's children in Node's eyes.
  const life = setInterval(() => undefined, 60_000);
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  clearInterval(life);
  await cluster.stop();
}

async function test(): Promise<void> {
  await provide(true);
  const args = [join(checkoutDir, 'tools/jest.ts'), '--selectProjects', 'chart', 'cluster', '--runInBand'];
  const jest = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => jest.kill(signal));
  const [code] = (await once(jest, 'exit')) as [number | null];
  await endAllLeftOvers();
  process.exitCode = code ?? 1;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { cluster: { type: 'boolean', default: false } },
});
const commands: Readonly<Record<string, () => Promise<void>>> = { provide: () => provide(values.cluster), up, test };
const command = commands[positionals[0] ?? ''];
try {
  if (command === undefined) throw new Error(`say one of: ${Object.keys(commands).join(', ')}`);
  await command();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
