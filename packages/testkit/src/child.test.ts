import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { startOwned } from './child.ts';
import { waitFor } from './wait-for.ts';

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: nobody has this number
  }
};

describe('startOwned', () => {
  test('ends what it started, once', async () => {
    const sleeper = await startOwned('sleep', ['600']);
    expect(sleeper.alive()).toBe(true);
    await sleeper.end();
    expect(alive(sleeper.pid)).toBe(false);
    await sleeper.end();
  });

  test('keeps the newest output', async () => {
    const speaker = await startOwned('sh', ['-c', 'echo to whom it may concern; echo and why >&2; exec sleep 600']);
    // Two pipes, which may be read in any order.
    for (const words of ['to whom it may concern', 'and why'])
      await waitFor(() => speaker.output().includes(words), { what: words });
    await speaker.end('SIGKILL');
  });

  test('what cannot be started is an error that says so', async () => {
    await expect(startOwned('no-such-program', [])).rejects.toThrow('ENOENT');
  });

  test('nothing outlives a test run that was killed', async () => {
    const script = `
      const { startOwned } = await import(${JSON.stringify(new URL('child.ts', import.meta.url).href)});
      console.log((await startOwned('sleep', ['600'])).pid);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const orphan = Number(line.toString());
    expect(alive(orphan)).toBe(true);
    const gone = once(parent, 'exit');
    parent.kill('SIGKILL');
    await gone;
    await waitFor(() => !alive(orphan), { what: 'the end of a process whose owner was killed' });
  });
});
