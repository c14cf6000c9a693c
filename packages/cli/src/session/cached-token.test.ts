import { expect, test } from '@jest/globals';
import { cachedToken } from './cached-token.ts';

test('a token is used for most of its life, and asked for once by all who wait', async () => {
  let now = 0;
  let issued = 0;
  const issue = () => ((issued += 1), Promise.resolve({ token: `t${issued}`, expiresIn: 300 }));
  const token = cachedToken(issue, () => now);
  expect(await Promise.all([token(), token()])).toEqual(['t1', 't1']);
  now = 209_000;
  expect(await token()).toBe('t1');
  now = 211_000;
  expect(await token()).toBe('t2');
});

test('a failure is not kept', async () => {
  let fails = true;
  const token = cachedToken(() =>
    fails ? Promise.reject(new Error('away')) : Promise.resolve({ token: 't', expiresIn: 300 }),
  );
  await expect(token()).rejects.toThrow('away');
  fails = false;
  expect(await token()).toBe('t');
});
