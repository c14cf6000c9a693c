import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TENANT_B } from '../test-support/http-fixture.ts';
import { expectProblem, startSampleApp, type SampleApp } from '../test-support/sample-app.ts';

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp();
});
afterAll(() => app.close());

const THING = '01890000-0000-7000-8000-000000000001';
describe('who', () => {
  test.each([
    ['no token', {}, 401, 'NX-2001'],
    ['another scheme', { authorization: 'Basic abc' }, 401, 'NX-2002'],
    ['nonsense', { authorization: 'Bearer nonsense' }, 401, 'NX-2002'],
  ])('%s', async (_name, headers, status, code) => {
    const response = await app.get(`/things/${THING}`, headers);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(response, status, code);
  });

  test('a token without the right, without a tenant', async () => {
    await expectProblem(await app.get(`/things/${THING}`, await app.token({ perms: ['stock:read'] })), 403, 'NX-2003');
    await expectProblem(await app.get(`/things/${THING}`, await app.token({ ten: undefined })), 403, 'NX-2004');
    await expectProblem(await app.get('/platform', await app.token()), 403, 'NX-2003');
  });

  test('an operator has no tenant and needs none', async () => {
    const operator = await app.token({ ten: undefined, typ: 'operator', perms: ['platform:operate'] });
    expect(await (await app.get('/platform', operator)).json()).toEqual({ tenant: null });
    expect((await app.get('/me', operator)).status).toBe(200);
    await expectProblem(await app.get(`/things/${THING}`, operator), 403, 'NX-2004');
  });

  test('who may not do it is told so before his body is read', async () => {
    await expectProblem(await app.post('/things', 'x'.repeat(5_000), await app.token()), 403, 'NX-2003');
  });
});

describe('bad input', () => {
  test.each(['undeclared=1', 'limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'tag=%00', 'tag=a&tag=b'])(
    'query %s',
    async (query) => {
      const { errors } = await expectProblem(
        await app.get(`/things/${THING}?${query}`, await app.token()),
        400,
        'NX-1001',
      );
      expect(errors?.[0]?.path).toMatch(/^query/);
    },
  );

  test('query of a route that declares none', async () => {
    await expectProblem(await app.get('/me?undeclared=1', await app.token()), 400, 'NX-1001');
    expect((await app.get(`/me?tenant=${TENANT_B}`, await app.token())).status).toBe(200);
  });

  test.each([
    ['not JSON', '{', 400, 'NX-1008'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'NX-1008'],
    ['an unknown field', '{"name":"a","colour":1}', 400, 'NX-1001'],
    ['a tenant', `{"name":"a","tenant":"${TENANT_B}"}`, 400, 'NX-1001'],
    ['a deep unknown field', '{"name":"a","at":{"n":1,"tenantId":1}}', 400, 'NX-1001'],
    ['a prototype', '{"name":"a","__proto__":{"x":1}}', 400, 'NX-1001'],
    ['a wrong type', '{"name":1}', 400, 'NX-1001'],
    ['another shape', '[]', 400, 'NX-1001'],
    ['NUL in text', '{"name":"a\\u0000"}', 400, 'NX-1001'],
    ['half a character', '{"name":"\\ud800"}', 400, 'NX-1001'],
    ['too long', `{"name":"${'x'.repeat(2_000)}"}`, 413, 'NX-1003'],
    ['nothing', '', 400, 'NX-1001'],
  ])('body: %s', async (_name, body, status, code) => {
    await expectProblem(await app.post('/things', body, await app.asManager()), status, code);
  });

  test('a mistake is named with its place', async () => {
    const response = await app.post('/things', '{"name":"a","at":{"n":"x"}}', await app.asManager());
    const { errors } = await expectProblem(response, 400, 'NX-1001');
    expect(errors?.map((error) => error.path)).toEqual(['body.at.n']);
  });

  test('content types', async () => {
    const headers = await app.asManager();
    await expectProblem(await app.post('/things', '{}', { ...headers, 'content-type': 'text/plain' }), 415, 'NX-1004');
    await expectProblem(await app.post('/upload', 'x', { 'content-type': 'text/plain' }), 415, 'NX-1004');
    await expectProblem(await app.get('/file', { accept: 'image/png' }), 406, 'NX-1009');
  });

  test('a body where none belongs', async () => {
    const send = async (body: string) =>
      app.send(`/things/${THING}`, { method: 'DELETE', body, headers: await app.token() });
    expect((await send('{}')).status).toBe(204);
    await expectProblem(await send(`{"tenant":"${TENANT_B}"}`), 400, 'NX-1001');
  });

  test('paths and methods', async () => {
    await expectProblem(await app.get('/nowhere'), 404, 'NX-1002');
    await expectProblem(await app.get('/things/%E0%A4%A', await app.token()), 400, 'NX-1001');
    await expectProblem(await app.get('/things/no-uuid', await app.token()), 400, 'NX-1001');
    const wrong = await app.send(`/things`, { method: 'PUT', body: '{}' });
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    await expectProblem(wrong, 405, 'NX-1005');
  });

  test('a body far over its limit gets its answer, not a broken line', async () => {
    const body = 'x'.repeat(8 * 1024 * 1024);
    await expectProblem(await app.post('/things', body, await app.asManager()), 413, 'NX-1003');
    await expectProblem(await app.post('/things', body), 401, 'NX-2001');
    await expectProblem(await app.post('/nowhere', body), 404, 'NX-1002');
  });
});

describe('failures', () => {
  test.each([
    ['expected', 409, 'IDN-1001'],
    ['foreign', 500, 'NX-1000'],
    ['database', 503, 'NX-3001'],
    ['contract', 500, 'NX-1000'],
    ['slow', 504, 'NX-3004'],
    ['other', 500, 'NX-1000'],
  ])('%s', async (how, status, code) => {
    await expectProblem(await app.get(`/fails/${how}`), status, code);
  });
});
