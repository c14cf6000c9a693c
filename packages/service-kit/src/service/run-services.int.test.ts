import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';

jest.setTimeout(120_000);

const script = join(import.meta.dirname, '../test-support/sample-process.ts');

interface Line {
  readonly service: string;
  readonly level: string;
  readonly msg: string;
  readonly url?: string;
}

/** The process, its lines so far and how it will end. */
function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [script], {
    env: { NEXUS_HTTP_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const lines = (): Line[] =>
    text
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  // Not at `exit`: what it said last may still be on its way then.
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const ready = () => waitFor(() => lines().filter((line) => line.msg === 'ready').length === 2);
  return { child, lines, ended, ready };
}

describe('a process', () => {
  test('stops in order when told to, and says 0', async () => {
    const { child, lines, ended, ready } = run({});
    await ready();
    const { url } = lines().find((line) => line.service === 'beta' && line.msg === 'ready') ?? {};
    expect((await fetch(`${url ?? ''}/readyz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines().filter((line) => line.msg === 'service stopped')).toHaveLength(2);
  });

  test.each([
    ['a service cannot start', { NEXUS_BETA_HOW: 'start-fails' }, 'cannot start'],
    ['a setting is wrong', { NEXUS_BETA_HTTP_PORT: 'eighty' }, 'NEXUS_HTTP_PORT'],
    ['something throws where nobody catches it', { NEXUS_BETA_HOW: 'throws-later' }, 'uncaughtException'],
    ['a promise is rejected and nobody looks', { NEXUS_BETA_HOW: 'rejects-later' }, 'unhandledRejection'],
  ])('ends with 1 when %s', async (_name, env, words) => {
    const { lines, ended } = run(env);
    expect(await ended).toBe(1);
    expect(JSON.stringify(lines())).toContain(words);
  });

  test('ends with 1 when a service does not stop in order, and the other one has', async () => {
    const { child, lines, ended, ready } = run({ NEXUS_BETA_HOW: 'stop-fails' });
    await ready();
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(lines().filter((line) => line.msg === 'service stopped')).toHaveLength(1);
  });

  test('does not wait for ever for a stop, and at a second signal not at all', async () => {
    const slow = run({ NEXUS_BETA_HOW: 'stop-hangs', NEXUS_STOP_TIMEOUT_MS: '1000' });
    await slow.ready();
    slow.child.kill('SIGTERM');
    expect(await slow.ended).toBe(1);
    const patient = run({ NEXUS_BETA_HOW: 'stop-hangs' });
    await patient.ready();
    patient.child.kill('SIGTERM');
    await waitFor(() => patient.lines().some((line) => line.msg === 'stopping'));
    patient.child.kill('SIGINT');
    expect(await patient.ended).toBe(1);
  });

  test('measures itself on a port of its own, as soon as it runs and until it ends', async () => {
    const { child, lines, ended, ready } = run({ NEXUS_METRICS_PORT: '0' });
    await ready();
    const { url } = lines().find((line) => line.msg === 'metrics') ?? {};
    const text = await (await fetch(`${url ?? ''}/metrics`)).text();
    expect(text).toContain('process_start_time_seconds');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('does not run unmeasured where it is to be measured', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { ended, lines } = run({ NEXUS_METRICS_PORT: String(port) });
    expect(await ended).toBe(1);
    expect(JSON.stringify(lines())).toContain('the metrics cannot be served');
    taken.close();
  });

  test('sees that its port is taken', async () => {
    const { ended, lines } = run({ NEXUS_HTTP_PORT: '1' });
    expect(await ended).toBe(1);
    expect(JSON.stringify(lines())).toMatch(/EACCES|EADDRINUSE/);
  });
});
