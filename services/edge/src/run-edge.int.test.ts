import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort, waitFor } from '@nexus/testkit';

const main = join(import.meta.dirname, 'main.ts');
let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** The edge as a process of its own, with nothing in its environment but what is given. */
function run(env: Record<string, string>) {
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  let output = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(started, 'close').then(([code]) => code as number | null);
  return { child: started, ended, output: () => output };
}

describe('the edge as a process', () => {
  test('is configured by its environment, measured on a port of its own, and stops in order with 0', async () => {
    const service = createServer((_request, response) => void response.end('from sales'));
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const [port, metricsPort] = [await freePort(), await freePort()];
    const edge = run({
      NEXUS_HTTP_PORT: String(port),
      NEXUS_METRICS_PORT: String(metricsPort),
      NEXUS_EDGE_KEYCLOAK_URL: 'http://127.0.0.1:1/auth',
      NEXUS_EDGE_UPSTREAM_SALES: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    });
    const origin = `http://127.0.0.1:${port}`;
    await waitFor(async () => (await fetch(`${origin}/readyz`)).ok, { what: `the edge: ${edge.output()}` });
    expect((await fetch(`${origin}/livez`)).status).toBe(200);
    expect((await fetch(`${origin}/startupz`)).status).toBe(200);
    expect(await (await fetch(`${origin}/api/sales/x`)).text()).toBe('from sales');

    const measured = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(measured).toContain('nexus_ready{service="edge"} 1');
    expect(measured).toContain('route="/api/sales"');
    expect((await fetch(`http://127.0.0.1:${metricsPort}/api/sales/x`)).status).toBe(404);
    const asAnybody = await fetch(`${origin}/metrics`);
    expect(asAnybody.status).toBe(404);
    expect(await asAnybody.text()).not.toContain('nexus_ready');

    edge.child.kill('SIGTERM');
    expect(await edge.ended).toBe(0);
    expect(edge.output()).toContain('"msg":"stopped"');
    service.closeAllConnections();
    service.close();
  });

  test.each([
    ['a setting is missing', {}, 'NEXUS_KEYCLOAK_URL'],
    [
      'its port is not to be had',
      { NEXUS_EDGE_KEYCLOAK_URL: 'http://127.0.0.1:1', NEXUS_HTTP_HOST: '192.0.2.1' },
      'EADDRNOTAVAIL',
    ],
  ])('ends with 1 when %s, and says why', async (_name, env, words) => {
    const edge = run(env);
    expect(await edge.ended).toBe(1);
    expect(edge.output()).toContain(words);
  });
});
