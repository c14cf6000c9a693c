import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createLogger } from './logger.ts';
import { Sensitive } from './sensitive.ts';
import { startTelemetry, type Telemetry } from './start-telemetry.ts';
import { runWithTenant } from './tenant-scope.ts';
import { currentTraceId, injectTrace, withRemoteTrace, withSpan } from './trace.ts';

let telemetry: Telemetry | undefined;
afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
});

const collect = () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, destination };
};

describe('without a collector', () => {
  test('a span has a trace id, and a child has the same', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    await withSpan('outer', {}, async () => {
      const outer = currentTraceId();
      expect(outer).toMatch(/^[0-9a-f]{32}$/);
      await withSpan('inner', {}, async () => {
        await Promise.resolve();
        expect(currentTraceId()).toBe(outer);
      });
    });
    expect(currentTraceId()).toBeUndefined();
  });

  test('a trace goes on from its headers', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    const [id, headers] = await withSpan('sender', {}, () =>
      Promise.resolve([currentTraceId(), injectTrace()] as const),
    );
    expect(Object.keys(headers)).toContain('traceparent');
    const received = await withRemoteTrace(headers, 'receiver', {}, () => Promise.resolve(currentTraceId()));
    expect(received).toBe(id);
  });

  test('what else a stranger sends along is not carried on', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    const headers = await withSpan('sender', {}, () => Promise.resolve(injectTrace()));
    const carried = await withRemoteTrace({ ...headers, baggage: 'role=owner' }, 'receiver', {}, () =>
      Promise.resolve(injectTrace()),
    );
    expect(Object.keys(carried)).toEqual(['traceparent']);
  });

  test('headers that are no trace begin a new one', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    for (const carrier of [undefined, {}, { traceparent: 'nonsense' }, { traceparent: ['a', 'b'] }]) {
      const id = await withRemoteTrace(carrier, 'receiver', {}, () => Promise.resolve(currentTraceId()));
      expect(id).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test('errors go through', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    await expect(withSpan('fails', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('logger', () => {
  test('names trace and tenant', async () => {
    telemetry = await startTelemetry({ service: 'test' });
    const { lines, destination } = collect();
    const logger = createLogger({ service: 'sales', destination });
    const id = await withSpan('work', {}, () =>
      runWithTenant('tenant-1', () => {
        logger.info({ n: 1 }, 'inside');
        return Promise.resolve(currentTraceId());
      }),
    );
    logger.info('outside');
    expect(lines[0]).toMatchObject({
      service: 'sales',
      level: 'info',
      n: 1,
      msg: 'inside',
      tenant: 'tenant-1',
      trace_id: id,
    });
    expect(lines[1]).not.toHaveProperty('trace_id');
    expect(lines[1]).not.toHaveProperty('tenant');
  });

  test('writes no secret', () => {
    const { lines, destination } = collect();
    const logger = createLogger({ service: 'sales', destination });
    logger.info(
      { key: new Sensitive('hunter2'), headers: { authorization: 'Bearer hunter2' }, password: 'hunter2' },
      'x',
    );
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('with a collector', () => {
  test('sends spans with their attributes and failures, in the name of the service', async () => {
    const { spans, resources } = await sent(async () => {
      await withSpan('good', { 'nexus.tenant': 't1' }, () => Promise.resolve());
      await withSpan('expected', {}, () =>
        Promise.reject(Object.assign(new Error('not here'), { status: 404, code: 'NX-1002' })),
      ).catch(() => undefined);
      await withSpan('bad', {}, () => Promise.reject(new Error('broken'))).catch(() => undefined);
    });
    expect(spans.map((span) => span.name).sort()).toEqual(['bad', 'expected', 'good']);
    expect(spans.find((span) => span.name === 'bad')?.status.code).toBe(2);
    expect(spans.find((span) => span.name === 'expected')?.status.code ?? 0).toBe(0);
    expect(resources[0]).toEqual({ 'service.namespace': 'nexus', 'service.name': 'test', 'service.version': '1.2.3' });
  });

  test('a trace that came from elsewhere goes on, a child within it, and neither what else came along', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    let carried: Record<string, string> = {};
    const { spans } = await sent(() =>
      withRemoteTrace({ traceparent, baggage: 'role=owner' }, 'receiver', {}, () =>
        withSpan('inner', {}, async () => {
          await Promise.resolve();
          carried = injectTrace();
        }),
      ),
    );
    const [inner, receiver] = ['inner', 'receiver'].map((name) => spans.find((span) => span.name === name));
    expect(receiver).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(inner).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: receiver?.spanId });
    expect(carried).toEqual({ traceparent: `00-${'a'.repeat(32)}-${inner?.spanId}-01` });
  });

  test.each([
    ['always_off', undefined, 0],
    ['traceidratio', '0', 0],
    ['traceidratio', '1', 5],
    ['parentbased_always_on', undefined, 5],
  ])('what is sent is said by the environment: sampler %s, %s', async (sampler, ratio, expected) => {
    const environment = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };
    const replaced = jest.replaceProperty(process, 'env', environment);
    try {
      const { spans } = await sent(async () => {
        for (let n = 0; n < 5; n += 1) await withSpan('work', {}, () => Promise.resolve());
      });
      expect(spans).toHaveLength(expected);
    } finally {
      replaced.restore();
    }
  });

  test('a collector that never answers is not waited for at the end', async () => {
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const slow = await startTelemetry({ service: 'test', otlpUrl: `http://127.0.0.1:${port}/` });
    await withSpan('work', {}, () => Promise.resolve());
    const asked = once(server, 'request');
    // Two timers of one process: the shorter rings first, however busy it is. The exporter itself waits for seconds.
    const ended = Promise.race([slow.shutdown(50).then(() => 'in time'), sleep(2_000, 'too late')]);
    await asked;
    expect(await ended).toBe('in time');
    server.close();
    server.closeAllConnections();
  });

  test('an unreachable collector stops nothing', async () => {
    telemetry = await startTelemetry({ service: 'test', otlpUrl: 'http://127.0.0.1:9' });
    await withSpan('work', {}, () => Promise.resolve());
    await telemetry.shutdown(200);
    telemetry = undefined;
  });
});

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
}
interface SentBatch {
  resource: { attributes: { key: string; value: { stringValue: string } }[] };
  scopeSpans: { spans: SentSpan[] }[];
}

/** What a collector gets of some work by the time telemetry has stopped. */
async function sent(work: () => Promise<unknown>) {
  const bodies: Promise<string>[] = [];
  const server = createServer((request, response) => {
    bodies.push(read(request));
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const running = await startTelemetry({ service: 'test', version: '1.2.3', otlpUrl: `http://127.0.0.1:${port}/` });
  await work();
  await running.shutdown();
  server.close();
  server.closeAllConnections();
  const batches = (await Promise.all(bodies)).flatMap(
    (body) => (JSON.parse(body) as { resourceSpans: SentBatch[] }).resourceSpans,
  );
  return {
    spans: batches.flatMap((batch) => batch.scopeSpans.flatMap((scope) => scope.spans)),
    resources: batches.map(({ resource }) =>
      Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue])),
    ),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
