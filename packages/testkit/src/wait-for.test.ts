import { describe, expect, test } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  test('gives what the condition gave, also after throws', async () => {
    let looks = 0;
    const value = await waitFor(
      () => {
        looks += 1;
        if (looks === 1) throw new Error('not connected yet');
        return looks === 3 && { looks };
      },
      { intervalMs: 1 },
    );
    expect(value).toEqual({ looks: 3 });
  });

  test('says what it waited for and why it was not there', async () => {
    const never = waitFor(
      () => {
        throw new Error('connection refused');
      },
      { timeoutMs: 5, intervalMs: 1, what: 'the server' },
    );
    await expect(never).rejects.toMatchObject({
      message: 'waited 5 ms for the server',
      cause: { message: 'connection refused' },
    });
  });
});
