import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { LauncherError } from './launcher-error.ts';
import { startTimeOf } from './process/identity.ts';
import type { ProcessSpec } from './process/spec.ts';
import { waitUntil } from './process/wait-until.ts';
import { Supervisor, type BackOff, type ProcessStatus } from './supervisor.ts';
import { childProgram } from './test-support/child-program.ts';
import { temporaryDir } from './test-support/temporary-dir.ts';

jest.setTimeout(180_000);

const quick: BackOff = { firstMs: 20, maxMs: 200, resetAfterMs: 60_000 };

function supervise(dir: string, specs: readonly ProcessSpec[], lines: string[] = []) {
  return new Supervisor({ specs, stateDir: dir, log: (line) => lines.push(line), backOff: quick });
}

const find = (supervisor: Supervisor, name: string): ProcessStatus => {
  const found = supervisor.status.find((process) => process.name === name);
  if (!found) throw new Error(`no process ${name}`);
  return found;
};
const pidOf = (supervisor: Supervisor, name: string): number => find(supervisor, name).pid ?? 0;
const until = (what: string, check: () => boolean) =>
  waitUntil(async () => check(), { what, timeoutMs: 20_000, intervalMs: 10 });
const isRunningAgain = (supervisor: Supervisor, name: string) => {
  const { restarts, state } = find(supervisor, name);
  return restarts === 1 && state === 'running';
};
const order = (dir: string) => readFileSync(join(dir, 'order.log'), 'utf8').trim().split('\n');

describe('a supervisor of real processes', () => {
  test('starts in the order of dependencies and stops the other way round, leaving nothing behind', async () => {
    using dir = temporaryDir();
    const supervisor = supervise(dir.path, [
      childProgram(dir.path, 'web', { dependsOn: ['service'] }),
      childProgram(dir.path, 'service', { dependsOn: ['database'] }),
      childProgram(dir.path, 'database'),
    ]);
    await supervisor.start();
    const pids = supervisor.status.map(({ pid }) => pid ?? 0);
    await supervisor.stop();
    expect(order(dir.path)).toEqual([
      ...['start database', 'start service', 'start web'],
      ...['stop web', 'stop service', 'stop database'],
    ]);
    expect(pids.map(startTimeOf)).toEqual([undefined, undefined, undefined]);
    expect(supervisor.status.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
  });

  test('starts again what was killed, counts it and keeps its log', async () => {
    using dir = temporaryDir();
    const lines: string[] = [];
    const spec = childProgram(dir.path, 'service', { after: `console.log('hello from ' + process.pid)` });
    const supervisor = supervise(dir.path, [spec], lines);
    await supervisor.start();
    const first = pidOf(supervisor, 'service');
    process.kill(first, 'SIGKILL');
    await until('restart', () => isRunningAgain(supervisor, 'service'));
    const second = pidOf(supervisor, 'service');
    expect(second).not.toBe(first);
    expect(lines.join('\n')).toContain('was ended by SIGKILL');
    const log = join(dir.path, 'logs/service.log');
    await until('both greetings', () => readFileSync(log, 'utf8').split('hello from').length === 3);
    await supervisor.stop();
  });

  test('never gives up on what once ran, with growing pauses', async () => {
    using dir = temporaryDir();
    const crashWhen = join(dir.path, 'crash');
    const spec = childProgram(dir.path, 'service', {
      before: `if (fs.existsSync(${JSON.stringify(crashWhen)})) process.exit(3);`,
    });
    const lines: string[] = [];
    const supervisor = supervise(dir.path, [spec], lines);
    await supervisor.start();
    writeFileSync(crashWhen, '');
    rmSync(join(dir.path, 'service.ready'));
    process.kill(pidOf(supervisor, 'service'), 'SIGKILL');
    await until('several failures', () => find(supervisor, 'service').restarts >= 6);
    expect(find(supervisor, 'service').lastError).toContain('exited with 3');
    const pauses = lines.map((line) => Number(/in (\d+) ms/.exec(line)?.[1])).slice(0, 5);
    expect(pauses).toEqual([20, 40, 80, 160, 200]);
    rmSync(crashWhen);
    await until('recovery', () => find(supervisor, 'service').state === 'running');
    await supervisor.stop();
  });

  test('a process that cannot start at first is reported, and the others can be stopped', async () => {
    using dir = temporaryDir();
    const broken: ProcessSpec = {
      ...childProgram(dir.path, 'broken'),
      prepare: () => Promise.reject(new LauncherError('the engine is missing', 'install it')),
    };
    const supervisor = supervise(dir.path, [childProgram(dir.path, 'fine'), broken]);
    await expect(supervisor.start()).rejects.toThrow('the engine is missing');
    await supervisor.stop();
    expect(supervisor.status.map(({ pid }) => pid)).toEqual([null, null]);
  });

  test('a process that ignores SIGTERM is killed after its grace period', async () => {
    using dir = temporaryDir();
    const stubborn = childProgram(dir.path, 'stubborn', {
      before: `process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => note('ignored'));`,
      stopGraceMs: 2_000,
    });
    const supervisor = supervise(dir.path, [stubborn]);
    await supervisor.start();
    const pid = pidOf(supervisor, 'stubborn');
    await supervisor.stop();
    expect(startTimeOf(pid)).toBeUndefined();
    expect(order(dir.path)).toEqual(['start stubborn', 'ignored stubborn']);
  });

  test('stopping in the middle of a start leaves no process behind', async () => {
    using dir = temporaryDir();
    const slow = childProgram(dir.path, 'slow', {
      before: `fs.writeFileSync('alive', ''); while (true) {}`,
      stopGraceMs: 300,
    });
    const supervisor = supervise(dir.path, [slow]);
    const starting = supervisor.start();
    starting.catch(() => undefined);
    await until('life', () => existsSync(join(dir.path, 'alive')));
    const pid = pidOf(supervisor, 'slow');
    expect(startTimeOf(pid)).toBeDefined();
    await supervisor.stop();
    expect(startTimeOf(pid)).toBeUndefined();
  });
});

describe('after a supervisor that died without a word', () => {
  /** Processes run, records are there, nobody watches. Answers with the process ids. */
  async function abandoned(dir: string, names: readonly string[]): Promise<number[]> {
    const script = join(import.meta.dirname, 'test-support/run-supervisor.ts');
    const doomed = spawn(process.execPath, [script, dir, ...names], { stdio: 'ignore' });
    await until('first supervisor', () => existsSync(join(dir, 'supervisor.ready')));
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    return names.map((name) => Number(readFileSync(join(dir, `${name}.ready`), 'utf8')));
  }

  test('the next one takes over what it would start itself, and restarts it when it dies', async () => {
    using dir = temporaryDir();
    const [first = 0] = await abandoned(dir.path, ['service']);
    const lines: string[] = [];
    const second = supervise(dir.path, [childProgram(dir.path, 'service')], lines);
    await second.start();
    expect(pidOf(second, 'service')).toBe(first);
    expect(lines.join('\n')).toContain('took over');
    process.kill(first, 'SIGKILL');
    await until('restart', () => isRunningAgain(second, 'service'));
    const pid = pidOf(second, 'service');
    await second.stop();
    expect(startTimeOf(pid)).toBeUndefined();
  });

  test('the next one ends what it would start differently, and what it does not know', async () => {
    using dir = temporaryDir();
    const [changed = 0, unknown = 0] = await abandoned(dir.path, ['changed', 'unknown']);
    const next = supervise(dir.path, [childProgram(dir.path, 'changed', { after: '// other' })]);
    await next.start();
    expect(startTimeOf(unknown)).toBeUndefined();
    expect(startTimeOf(changed)).toBeUndefined();
    expect(pidOf(next, 'changed')).not.toBe(changed);
    await next.stop();
  });
});
