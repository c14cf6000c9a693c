import { describe, expect, test } from '@jest/globals';
import { run } from './command.ts';

const options = { timeoutMs: 20_000, signal: new AbortController().signal };

describe('a command of the test run', () => {
  test('says nothing when it succeeds, and how it ended when not', async () => {
    expect(await run('sh', ['-c', 'exit 0'], options)).toBeUndefined();
    expect(await run('sh', ['-c', 'exit 3'], options)).toBe('exit code 3');
    expect(await run('sh', ['-c', 'kill -9 $$'], options)).toBe('ended by SIGKILL');
    expect(await run('no-such-program', [], options)).toContain('ENOENT');
  });

  test('is ended when its time is up', async () => {
    expect(await run('sleep', ['600'], { ...options, timeoutMs: 50 })).toBe('not done after 0.05 s');
  });

  test('is ended by an interruption, and not begun after one', async () => {
    const interruption = new AbortController();
    const running = run('sleep', ['600'], { ...options, signal: interruption.signal });
    interruption.abort();
    expect(await running).toBe('interrupted');
    expect(await run('sh', ['-c', 'exit 0'], { ...options, signal: interruption.signal })).toBe('interrupted');
  });

  test('finds the pinned Node first', async () => {
    const script = 'process.exit(process.versions.node.startsWith("24.") ? 0 : 1)';
    expect(await run('node', ['-e', script], options)).toBeUndefined();
  });
});
