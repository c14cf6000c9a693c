import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problem } from '@nexus/contracts';
import fc from 'fast-check';
import { expectProblem, startSampleApp, type SampleApp } from '../test-support/sample-app.ts';

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp();
});
afterAll(() => app.close());

const json = fc.json({ maxDepth: 6 });
const nasty = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  '\0',
  '\ud800',
  '💣',
  "'; DROP TABLE note; --",
  '../../etc/passwd',
  '%00',
  '\r\nx: y',
);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), nasty);

/** Whatever comes in, the answer is one of ours: a success, or problem details with a status below 500. */
async function expectCivil(response: Response): Promise<void> {
  const body = await response.text();
  expect(response.status).toBeLessThan(500);
  if (response.status < 400) return;
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(problem.safeParse(JSON.parse(body)).success).toBe(true);
  expect(body).not.toMatch(/node_modules|\.ts:\d/);
}

describe('whatever is sent, nothing breaks', () => {
  test('as a body', async () => {
    const headers = await app.asManager();
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, text), async (body) => expectCivil(await app.post('/things', body, headers))),
      { numRuns: 300 },
    );
  });

  test('as a field that the schema does not know', async () => {
    const headers = await app.asManager();
    await fc.assert(
      fc.asyncProperty(
        text.filter((key) => key !== 'name' && key !== 'at'),
        fc.jsonValue(),
        async (key, value) => {
          const body = `{"name":"bowl",${JSON.stringify(key)}:${JSON.stringify(value)}}`;
          await expectProblem(await app.post('/things', body, headers), 400, 'NX-1001');
        },
      ),
    );
  });

  test('as a query or a path', async () => {
    const headers = await app.token();
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const [name, content] = [encodeURIComponent(key.toWellFormed()), encodeURIComponent(value.toWellFormed())];
        await expectCivil(await app.get(`/things/01890000-0000-7000-8000-000000000001?${name}=${content}`, headers));
        await expectCivil(await app.get(`/things/${content}`, headers));
        await expectCivil(await app.get(`/${name}/${content}?${content}`, headers));
      }),
    );
  });

  test('as compressed bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'identity'),
        async (bytes, encoding) => {
          const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': encoding };
          await expectCivil(await app.post('/upload', Buffer.from(bytes), headers));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('as headers', async () => {
    const value = fc.string({ unit: 'grapheme-ascii', maxLength: 100 }).map((v) => v.trim());
    const name = fc.constantFrom(
      'authorization',
      'content-type',
      'accept',
      'traceparent',
      'content-encoding',
      'x-forwarded-for',
      'range',
    );
    await fc.assert(
      fc.asyncProperty(name, value, async (header, content) => {
        await expectCivil(await app.post('/things', '{"name":"a"}', { ...(await app.asManager()), [header]: content }));
      }),
      { numRuns: 300 },
    );
  });
});
