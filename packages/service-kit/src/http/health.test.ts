import { afterEach, expect, jest, test } from '@jest/globals';
import { Health } from './health.ts';

afterEach(() => void jest.useRealTimers());

const started = (check: () => boolean | Promise<boolean>): Health => {
  const health = new Health();
  health.addCheck('part', check);
  health.markStarted();
  return health;
};

test('a check that throws has failed', async () => {
  const health = started(() => Promise.reject(new Error('broken')));
  expect(await health.readiness()).toEqual({ ready: false, checks: { part: false } });
});

test('a check that takes too long has failed', async () => {
  jest.useFakeTimers();
  const answer = started(() => new Promise<boolean>(() => undefined)).readiness();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await answer).toEqual({ ready: false, checks: { part: false } });
});

test('whoever stops is not ready any more, whatever the checks say', async () => {
  const health = started(() => true);
  expect((await health.readiness()).ready).toBe(true);
  health.drain();
  expect((await health.readiness()).ready).toBe(false);
});
