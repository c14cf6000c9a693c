import { describe, expect, test } from '@jest/globals';
import { ReceiptCheck } from './receipts.ts';

const check = (...numbers: unknown[]) => {
  const receipts = new ReceiptCheck();
  for (const n of numbers) receipts.add('sale', 'chain', { r: { s: 'T1', n } });
  return receipts.holes();
};

describe('receipt numbers', () => {
  test('without a hole, in any order and twice, are gapless', () => {
    expect(check(3, 1, 2, 2)).toEqual([]);
    expect(check(...Array.from({ length: 5_000 }, (_, i) => i + 1))).toEqual([]);
  });

  test('with a hole are named', () => {
    expect(check(1, 2, 5)).toEqual(['chain/T1: 2 missing up to 5']);
    expect(check(2)).toEqual(['chain/T1: 1 missing up to 2']);
  });

  test('that are no numbers, or claim too much, are passed over', () => {
    expect(check(1, 'x', 1.5, 0, -1, 1e12)).toEqual([]);
  });

  test('are counted apart for each chain and series', () => {
    const receipts = new ReceiptCheck();
    receipts.add('sale', 'a', { r: { s: 'T1', n: 1 } });
    receipts.add('return', 'b', { r: { s: 'T1', n: 1 } });
    receipts.add('no-sale', 'c', { r: { s: 'T1', n: 9 } });
    receipts.add('sale', 'c', null);
    expect(receipts.holes()).toEqual([]);
  });
});
