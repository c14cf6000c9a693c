import { afterEach, describe, expect, jest, test } from '@jest/globals';
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

describe('an engine that every process shares', () => {
  const GRACE_MS = 30_000;

  function watched() {
    let now = 0;
    let answers = false;
    const health = new Health(() => now);
    health.addCheck('database', () => answers, { graceMs: GRACE_MS });
    health.markStarted();
    return {
      async readyAt(at: number, engineAnswers: boolean): Promise<boolean> {
        now = at;
        answers = engineAnswers;
        return (await health.readiness()).ready;
      },
    };
  }

  test('may be away for a moment: a blip leaves every process ready, an outage none', async () => {
    const { readyAt } = watched();
    expect(await readyAt(1_000, true)).toBe(true);
    expect(await readyAt(2_000, false)).toBe(true);
    expect(await readyAt(1_000 + GRACE_MS - 1, false)).toBe(true);
    expect(await readyAt(2_000 + GRACE_MS, false)).toBe(false);
    expect(await readyAt(3_000 + GRACE_MS, true)).toBe(true);
  });

  test('has no grace before it was there for the first time', async () => {
    expect(await watched().readyAt(1_000, false)).toBe(false);
  });
});

test('a check that hangs is not begun again and again: it would hold a connection each time', async () => {
  jest.useFakeTimers();
  let begun = 0;
  const health = started(() => {
    begun += 1;
    return new Promise<boolean>(() => undefined);
  });
  for (let probe = 0; probe < 3; probe += 1) {
    const answer = health.readiness();
    await jest.advanceTimersByTimeAsync(2_000);
    expect((await answer).ready).toBe(false);
  }
  expect(begun).toBe(1);
});
