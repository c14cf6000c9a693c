import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, type CommandOptions } from './command.ts';
import { tallyOfCheck, tallyOfJest, type JestReport, type Tally } from './tally.ts';

/** A command that passes or fails as a whole. */
export async function check(
  step: string,
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Tally> {
  const seconds = stopwatch();
  announce(step);
  const failure = await run(command, args, options);
  return tallyOfCheck(step, failure, seconds());
}

/** One project of `jest.config.ts`. */
export async function jest(project: string, options: CommandOptions, more: readonly string[] = []): Promise<Tally> {
  const seconds = stopwatch();
  announce(`${project} tests`);
  const directory = await mkdtemp(join(tmpdir(), 'nexus-jest-'));
  try {
    const outputFile = join(directory, 'report.json');
    const args = ['tools/jest.ts', '--selectProjects', project, '--passWithNoTests', ...more];
    const failure = await run('node', [...args, '--json', '--outputFile', outputFile], options);
    const report = await readReport(outputFile);
    if (report === undefined) return tallyOfCheck(project, failure ?? 'Jest wrote no report', seconds());
    const tally = tallyOfJest(project, report, root, seconds());
    // Jest may also fail for what no single test did, such as a worker that died.
    return failure === undefined || tally.failed > 0
      ? tally
      : { ...tally, failed: 1, failures: [`${project}: ${failure}`] };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readReport(path: string): Promise<JestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JestReport;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function announce(what: string): void {
  process.stdout.write(`\n── ${what}\n`);
}

function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
