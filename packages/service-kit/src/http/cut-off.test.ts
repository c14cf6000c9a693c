import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSigner, listen, quiet, type Listening } from '../test-support/http-fixture.ts';
import { createTokenVerifier } from '../access/token-verifier.ts';
import { z } from 'zod';
import { rawAnswer, sse } from './answer.ts';
import { bufferBody, streamBody } from './body.ts';
import { createApp } from './create-app.ts';
import { defineRoute } from './route.ts';

/** More than the sockets of both sides and all bounds together hold, so that a stream without a bound would get there. */
const FLOOD_BYTES = 64 * 1024 ** 2;
const EVENT_BYTES = 64 * 1024;

let app: Listening;
let begun: PromiseWithResolvers<void>;
/** What became of what a handler read or sent. */
let end: PromiseWithResolvers<unknown>;
let signals: AbortSignal[];

const routes = [
  defineRoute({
    method: 'post',
    path: '/stream',
    summary: 'Reads what comes',
    access: 'public',
    body: streamBody(['text/csv'], 1_000),
    response: rawAnswer('text/plain'),
    handler: async ({ body }) => {
      begun.resolve();
      try {
        await body.forEach(() => undefined);
        end.resolve('whole');
      } catch (error) {
        end.resolve(error);
      }
      return 'done';
    },
  }),
  defineRoute({
    method: 'post',
    path: '/collect',
    summary: 'Takes all or nothing',
    access: 'signed',
    body: bufferBody(['text/csv'], 1_000),
    response: rawAnswer('text/plain'),
    handler: () => 'done',
  }),
  defineRoute({
    method: 'get',
    path: '/wait',
    summary: 'Answers when nobody waits any more',
    access: 'public',
    response: rawAnswer('text/plain'),
    // Longer than a test may take: what ends the waiting is the client's leaving.
    limits: { timeoutMs: 600_000 },
    handler: async ({ signal }) => {
      begun.resolve();
      await once(signal, 'abort');
      end.resolve('told');
      return 'done';
    },
  }),
  defineRoute({
    method: 'get',
    path: '/answer',
    summary: 'Answers at once',
    access: 'public',
    response: rawAnswer('text/plain'),
    handler: ({ signal }) => {
      signals.push(signal);
      return 'done';
    },
  }),
  defineRoute({
    method: 'get',
    path: '/flood',
    summary: 'More events than anybody reads',
    access: 'public',
    response: sse(z.object({ text: z.string() })),
    handler: async function* () {
      let sent = 0;
      try {
        for (; sent < FLOOD_BYTES; sent += EVENT_BYTES) {
          yield { event: 'drop', data: { text: 'x'.repeat(EVENT_BYTES) } };
          await nextTurn();
        }
      } finally {
        end.resolve(sent);
      }
    },
  }),
];

beforeEach(async () => {
  begun = Promise.withResolvers();
  end = Promise.withResolvers();
  signals = [];
  const signer = await createSigner('k1');
  const fetchState = () => Promise.resolve({ keys: [signer.jwk], revocations: [] });
  app = await listen(
    createApp({
      ...{ service: 'test', routes, logger: quiet, verifier: createTokenVerifier({ fetchState, logger: quiet }) },
      ...{ stopping: new AbortController().signal, maxRequests: 1 },
    }),
  );
});
afterEach(() => app.close());

function begin(path: string, encoding?: 'gzip') {
  const headers = { 'content-type': 'text/csv', 'content-length': '100' };
  const sent = request(app.url + path, {
    method: 'POST',
    headers: encoding === undefined ? headers : { ...headers, 'content-encoding': encoding },
  });
  sent.on('error', () => undefined);
  sent.write(encoding === undefined ? 'a,b' : gzipSync('a,b').subarray(0, 12));
  return sent;
}

describe('a body cut off', () => {
  test.each([
    ['as it is', undefined],
    ['packed', 'gzip' as const],
  ])('is told to whoever reads it, %s', async (_how, encoding) => {
    const sent = begin('/stream', encoding);
    await begun.promise;
    sent.destroy();
    expect(await end.promise).toMatchObject({ code: 'NX-1001', message: 'The body ended early' });
  });

  test('keeps none of the places of those that are taken at once', async () => {
    const sent = begin('/collect');
    await answered(429);
    sent.destroy();
    await answered(200);
  });

  /** Asks until the answer is that. */
  async function answered(status: number): Promise<void> {
    for (;;) {
      const headers = { 'content-type': 'text/csv' };
      const response = await fetch(`${app.url}/collect`, { method: 'POST', headers, body: 'a,b' });
      await response.text();
      if (response.status === status) return;
    }
  }
});

describe('a handler', () => {
  test('is told that its client left', async () => {
    const asked = request(`${app.url}/wait`);
    asked.on('error', () => undefined);
    asked.end();
    await begun.promise;
    asked.destroy();
    expect(await end.promise).toBe('told');
  });

  test('is not told of the end of a whole answer', async () => {
    // When the second has its answer, the first is closed: one place is all there is.
    for (let i = 0; i < 2; i += 1) expect(await (await fetch(`${app.url}/answer`)).text()).toBe('done');
    expect(signals[0]?.aborted).toBe(false);
  });
});

test('a client of an event stream that reads nothing is cut off before much waits for it', async () => {
  const { hostname, port } = new URL(app.url);
  const client = connect(Number(port), hostname);
  client.pause();
  client.write('GET /flood HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n');
  expect(await end.promise).toBeLessThan(FLOOD_BYTES);
  client.resume();
  await once(client, 'close');
});
