import { expect, test } from '@jest/globals';
import { createRateLimit } from './rate-limit.ts';

test('each client has its share of a minute', () => {
  let now = 0;
  const limit = createRateLimit(2, () => now);
  limit.take('a');
  limit.take('a');
  expect(() => limit.take('a')).toThrow(expect.objectContaining({ code: 'NX-1007' }));
  limit.take('b');
  now += 60_000;
  limit.take('a');
});
