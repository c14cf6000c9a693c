import { describe, expect, jest, test } from '@jest/globals';
import { ApiError, localError } from './api-error.ts';
import { createTokenKeeper } from './tokens.ts';

const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const problem = (status: number, code: string) =>
  answer(status, { type: `urn:nexus:problem:${code}`, title: 'No', status, code });

/** A keeper at a clock of its own; each exchange gives token 1, 2, 3 … of five minutes. */
function keeper(answers: (() => Response | Promise<Response>)[] = []) {
  let nowMs = 1_000_000;
  let given = 0;
  const asked: RequestInit[] = [];
  const keycloakToken = jest.fn(async () => 'keycloak');
  const tokens = createTokenKeeper({
    keycloakToken,
    now: () => nowMs,
    fetch: async (_url, init) => {
      asked.push(init ?? {});
      const next = answers.shift();
      if (next !== undefined) return next();
      given += 1;
      return answer(200, { accessToken: `token ${given}`, expiresIn: 300 });
    },
  });
  return { tokens, asked, keycloakToken, pass: (seconds: number) => (nowMs += seconds * 1000), answers };
}

describe('access tokens', () => {
  test('are exchanged with the Keycloak token and used until a minute before their end', async () => {
    const { tokens, asked, pass } = keeper();
    expect(await tokens.current()).toBe('token 1');
    pass(239);
    expect(await tokens.current()).toBe('token 1');
    pass(1);
    expect(await tokens.current()).toBe('token 2');
    expect(asked).toHaveLength(2);
    expect(asked[0]?.headers).toEqual({ authorization: 'Bearer keycloak' });
  });

  test('many that ask at once share one exchange', async () => {
    const { tokens, asked } = keeper();
    expect(await Promise.all([tokens.current(), tokens.current(), tokens.renew()])).toEqual(Array(3).fill('token 1'));
    expect(asked).toHaveLength(1);
  });

  test('while identity cannot be reached, what is left of a token is used', async () => {
    const { tokens, pass, answers } = keeper();
    await tokens.current();
    pass(270);
    answers.push(
      () => Promise.reject(new TypeError('offline')),
      () => problem(503, 'NX-3001'),
    );
    expect(await tokens.current()).toBe('token 1');
    expect(await tokens.current()).toBe('token 1');
    expect(await tokens.current()).toBe('token 2');
  });

  test('but not to its very end', async () => {
    const { tokens, pass, answers } = keeper();
    await tokens.current();
    pass(296);
    answers.push(() => problem(503, 'NX-3001'));
    await expect(tokens.current()).rejects.toMatchObject({ code: 'NX-3001' });
  });

  test('a refusal is not an outage: a token of somebody shut out is not used on', async () => {
    const { tokens, pass, answers } = keeper();
    await tokens.current();
    pass(250);
    answers.push(() => problem(403, 'NX-2004'));
    await expect(tokens.current()).rejects.toMatchObject({ code: 'NX-2004' });
  });

  test('an ended session is passed on', async () => {
    const { tokens, keycloakToken } = keeper();
    keycloakToken.mockRejectedValueOnce(localError('BO-1005'));
    await expect(tokens.current()).rejects.toBeInstanceOf(ApiError);
    expect(await tokens.current()).toBe('token 1');
  });

  test('an answer in another shape is no token', async () => {
    const { tokens } = keeper([() => answer(200, { token: 'x' })]);
    await expect(tokens.current()).rejects.toMatchObject({ code: 'BO-1002' });
  });
});
