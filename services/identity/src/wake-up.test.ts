import { expect, test } from '@jest/globals';
import { WakeUp } from './wake-up.ts';

const FOR_EVER_MS = 2 ** 31 - 1;

test('a ring ends the waiting', async () => {
  const bell = new WakeUp();
  const waiting = bell.next(FOR_EVER_MS);
  bell.ring();
  await waiting;
});

test('a ring before the waiting is not lost, and counts once', async () => {
  const bell = new WakeUp();
  bell.ring();
  bell.ring();
  await bell.next(FOR_EVER_MS);
  let woken = false;
  const again = bell.next(FOR_EVER_MS).then(() => (woken = true));
  await Promise.resolve();
  expect(woken).toBe(false);
  bell.ring();
  await again;
});

test('without a ring the time ends it', async () => {
  await new WakeUp().next(1);
});
