import { describe, expect, test } from '@jest/globals';
import type { UploadAnswer } from '@nexus/contracts';
import { ZERO_HASH } from '@nexus/journal';
import { nextStep, type OwnChain } from './next-step.ts';

const mine = 'a'.repeat(64);
const other = 'b'.repeat(64);
const answer = (seq: number, hash = seq === 0 ? ZERO_HASH : mine): UploadAnswer => ({
  chain: '0190b6a2-1111-7000-8000-000000000001',
  through: { seq, hash },
  stored: { first: 1, count: 1 },
  epoch: 1,
  serverTime: 0,
});
const own = (change: Partial<OwnChain> = {}): OwnChain => ({
  acknowledged: 40,
  headSeq: 100,
  keptFrom: 1,
  hashThere: mine,
  ...change,
});
const sent = { first: 41, count: 20 };

describe('after an answer the till', () => {
  test('goes on behind what is stored', () => {
    expect(nextStep(sent, answer(60), own(), 0)).toEqual({ verdict: 'on', acknowledged: 60, next: 61, retreats: 0 });
    // The server had more of this side already.
    expect(nextStep(sent, answer(80), own(), 0)).toMatchObject({ verdict: 'on', acknowledged: 80, next: 81 });
  });

  test('sends again from where the server has forgotten', () => {
    expect(nextStep(sent, answer(10), own(), 0)).toEqual({ verdict: 'back', acknowledged: 10, next: 11, retreats: 1 });
    expect(nextStep(sent, answer(0), own(), 0)).toMatchObject({ verdict: 'back', acknowledged: 0, next: 1 });
    const heartbeat = { first: 101, count: 0 };
    expect(nextStep(heartbeat, answer(10), own({ acknowledged: 100 }), 0)).toMatchObject({ verdict: 'back', next: 11 });
  });

  test('from its oldest entry where what was forgotten is pruned, and goes forward where that does not help', () => {
    const kept = own({ keptFrom: 30, hashThere: null });
    expect(nextStep(sent, answer(10, other), kept, 0)).toMatchObject({ verdict: 'back', next: 30 });
    expect(nextStep({ first: 30, count: 20 }, answer(10, other), kept, 1)).toMatchObject({
      verdict: 'unplaced',
      acknowledged: 49,
      next: 50,
    });
  });

  test('sends the last shared entry along where its lines stand behind it and still do not join', () => {
    expect(nextStep(sent, answer(40), own(), 0)).toMatchObject({ acknowledged: 39, next: 40, retreats: 1 });
    expect(nextStep({ first: 40, count: 20 }, answer(40), own(), 1)).toMatchObject({ verdict: 'unplaced', next: 60 });
  });

  test('knows a clone by what the server has that it never wrote, or wrote otherwise', () => {
    const ahead = own({ hashThere: null });
    expect(nextStep(sent, answer(200, other), ahead, 0)).toMatchObject({
      verdict: 'ahead',
      acknowledged: 60,
      next: 61,
    });
    expect(nextStep(sent, answer(80, other), own(), 0)).toMatchObject({
      verdict: 'other-side',
      acknowledged: 60,
      next: 61,
    });
  });

  test('goes back in growing strides where the server cannot join its side to another', () => {
    const far = { first: 901, count: 20 };
    const big = own({ headSeq: 2000, acknowledged: 900 });
    expect(nextStep(far, answer(850, other), big, 0)).toMatchObject({ verdict: 'other-side', next: 801, retreats: 1 });
    expect(nextStep({ first: 801, count: 20 }, answer(700, other), big, 1)).toMatchObject({ next: 601, retreats: 2 });
    expect(nextStep({ first: 1, count: 20 }, answer(15, other), big, 5)).toMatchObject({
      verdict: 'unplaced',
      next: 21,
    });
  });
});
