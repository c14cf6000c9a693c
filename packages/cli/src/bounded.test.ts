import { describe, expect, test } from '@jest/globals';
import { deadlineIn, eachBounded, poll } from './bounded.ts';

describe('work side by side', () => {
  test('keeps the order of its results and never more at once than asked for', async () => {
    let now = 0;
    let most = 0;
    const results = await eachBounded([1, 2, 3, 4, 5], 2, async (n) => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
      return n * 10;
    });
    expect(results).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  test('ends with the first failure', async () => {
    await expect(eachBounded([1, 2], 1, (n) => Promise.reject(new Error(`no ${n}`)))).rejects.toThrow('no 1');
  });
});

describe('polling', () => {
  test('ends with what it finds', async () => {
    let looks = 0;
    expect(await poll(async () => ((looks += 1) === 3 ? 'found' : undefined), deadlineIn(60_000))).toBe('found');
  });

  test('looks once more when time is up, and then gives up', async () => {
    let looks = 0;
    expect(await poll(async () => void (looks += 1), deadlineIn(0))).toBeUndefined();
    expect(looks).toBe(1);
  });
});
