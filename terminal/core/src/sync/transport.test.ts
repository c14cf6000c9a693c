import { gunzipSync } from 'node:zlib';
import { describe, expect, jest, test } from '@jest/globals';
import { NUDGE_SILENCE_MS } from '@nexus/contracts';
import type { TransportError } from '../ports/transport.ts';
import { Backoff } from './backoff.ts';
import { createHttpTransport } from './http-transport.ts';
import { readNudges } from './read-nudges.ts';
import { readSnapshotPage } from './read-snapshot-page.ts';

const uploadAnswer = {
  chain: '0190b6a2-1111-7000-8000-000000000001',
  through: { seq: 1, hash: 'a'.repeat(64) },
  stored: { first: 1, count: 1 },
  epoch: 1,
  serverTime: 5,
};

/** A platform that gives one answer and keeps what it was asked. */
const platform = (answer: () => Response | Promise<Response>) => {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    asked.push({ url: url instanceof Request ? url.url : url.toString(), init: init ?? {} });
    return answer();
  };
  return { asked, transport: createHttpTransport({ fetch, baseUrl: 'https://shop.example/' }) };
};
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const upload = (length: number) => ({ header: 'aGVhZA', signature: 'c2ln', body: new Uint8Array(length).fill(65) });
const failureOf = (work: Promise<unknown>): Promise<TransportError> =>
  work.then(
    () => Promise.reject(new Error('it should have failed')),
    (error: unknown) => error as TransportError,
  );

describe('the HTTP transport', () => {
  test('uploads as agreed, compressed where that pays', async () => {
    const { asked, transport } = platform(() => json(uploadAnswer));
    expect(await transport.upload(upload(100))).toEqual(uploadAnswer);
    await transport.upload(upload(100_000));
    const [small, large] = asked;
    expect(small?.url).toBe('https://shop.example/api/sync/journal');
    expect(small?.init.headers).toEqual({
      'content-type': 'application/x-ndjson',
      'nexus-journal-header': 'aGVhZA',
      'nexus-journal-signature': 'c2ln',
    });
    expect(large?.init.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(large?.init.body as ArrayBuffer)).toHaveLength(100_000);
  });

  test('asks for pages and changes with its token', async () => {
    const { asked, transport } = platform(() => json({ items: [], cursor: 'c2', more: false }));
    await transport.changes('token', 'c 1');
    expect(asked[0]?.url).toBe('https://shop.example/api/sync/changes?after=c+1');
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer token' });
  });

  test.each([
    [503, {}, 'unreachable'],
    [429, {}, 'unreachable'],
    [408, {}, 'unreachable'],
    [401, { code: 'NX-2002' }, 'unauthorized'],
    [401, { code: 'SYN-1004' }, 'refused'],
    [410, { code: 'SYN-1005' }, 'restart-feed'],
    [413, { code: 'SYN-1001' }, 'refused'],
  ])('takes %d %j as %s', async (status, extra, failure) => {
    const problem = { type: 'about:blank', title: 'Told', status, code: 'X-1', ...extra };
    const { transport } = platform(() => json(problem, status));
    expect(await failureOf(transport.changes('token', 'c'))).toMatchObject({ failure, code: problem.code });
  });

  test('takes no answer, a page of a proxy and an answer of another form as unreachable', async () => {
    for (const answer of [
      () => Promise.reject(new TypeError('fetch failed')),
      () => new Response('<html>Sign in to the hotel</html>', { status: 200 }),
      () => json({ through: 'everything' }),
      () => new Response('Bad gateway', { status: 502 }),
    ]) {
      expect(await failureOf(platform(answer).transport.upload(upload(1)))).toMatchObject({ failure: 'unreachable' });
    }
  });
});

describe('a page of the snapshot', () => {
  const item = JSON.stringify({ k: 'tax-group', d: { code: 'a', name: 'A', components: [] } });
  const end = JSON.stringify({ k: 'page-end', cursor: 'c' });

  test('is read whole, kinds of a newer platform left out', () => {
    const page = readSnapshotPage(`${item}\n{"k":"hologram","d":{}}\n${end}\n`);
    expect(page).toMatchObject({ cursor: 'c', items: [{ k: 'tax-group' }] });
    expect(page.next).toBeUndefined();
  });

  test.each([
    ['without its end', item],
    ['cut in a line', `${item}\n{"k":"page-`],
    ['empty', ''],
  ])('%s counts for nothing', (_, body) => {
    expect(() => readSnapshotPage(body)).toThrow('cut off');
  });

  test('with an item that is not valid is refused, not skipped', () => {
    expect(() => readSnapshotPage(`{"k":"tax-group","d":{}}\n${end}\n`)).toThrow('line 1');
  });
});

describe('nudges', () => {
  const stream = (...chunks: string[]): Response =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
          controller.close();
        },
      }),
    );

  test('are heard wherever the stream is cut, comments are not', async () => {
    let heard = 0;
    const reading = readNudges(
      stream(': here\n\nevent: cha', 'nges\ndata: {}\n', '\n: still here\nevent: changes\r\ndata: {}\n\n'),
      () => heard++,
      new AbortController().signal,
    );
    await expect(reading).rejects.toThrow('ended');
    expect(heard).toBe(2);
  });

  test('that fall silent for longer than their keep-alives allow are a dead line', async () => {
    jest.useFakeTimers();
    try {
      const silent = new Response(new ReadableStream<Uint8Array>());
      const ended = failureOf(readNudges(silent, () => undefined, new AbortController().signal));
      await jest.advanceTimersByTimeAsync(NUDGE_SILENCE_MS);
      expect(jest.getTimerCount()).toBe(0);
      expect(await ended).toMatchObject({ failure: 'unreachable', message: 'the stream of nudges fell silent' });
    } finally {
      jest.useRealTimers();
    }
  });

  test('are bounded', async () => {
    const reading = readNudges(stream('x'.repeat(20_000)), () => undefined, new AbortController().signal);
    await expect(reading).rejects.toThrow('has no lines');
  });
});

describe('the back-off', () => {
  test('doubles up to its limit, spread over the upper half, and begins anew after success', () => {
    const bounds = (byte: number): number[] => {
      const backoff = new Backoff({ firstMs: 1000, maxMs: 20_000, random: (n) => new Uint8Array(n).fill(byte) });
      const waits = Array.from({ length: 7 }, () => backoff.next());
      backoff.reset();
      return [...waits, backoff.next()];
    };
    expect(bounds(0)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 500]);
    expect(bounds(255)).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 1000]);
  });
});
