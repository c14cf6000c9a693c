import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settle } from './tenders.ts';

const newId = (): string => 'id';

describe('tenders', () => {
  test('cover what is payable exactly; change comes out of cash alone', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.array(fc.record({ type: fc.constantFrom('card', 'momo'), tenderedMinor: fc.nat(30_000) }), { maxLength: 4 }),
        fc.option(fc.nat(200_000), { nil: undefined }),
        (payable, others, cash) => {
          const inputs = [...(cash === undefined ? [] : [{ type: 'cash', tenderedMinor: cash }]), ...others];
          const settled = settle(inputs, payable, 'GHS', newId);
          const given = inputs.reduce((sum, { tenderedMinor }) => sum + tenderedMinor, 0);
          const otherwise = others.reduce((sum, { tenderedMinor }) => sum + tenderedMinor, 0);
          expect(settled.ok).toBe(given >= payable && otherwise <= payable);
          if (!settled.ok) return;
          expect(settled.tenders.reduce((sum, { ap }) => sum + ap, 0)).toBe(payable);
          for (const tender of settled.tenders) {
            expect(tender.td - (tender.ch ?? 0)).toBe(tender.ap);
            if (tender.ty !== 'cash') expect(tender.ch).toBeUndefined();
          }
          expect(settled.change).toBe(given - payable);
          expect(settled.cash).toBe(payable - otherwise);
        },
      ),
    );
  });

  test('left without an amount take what is still to be paid', () => {
    const settled = settle([{ type: 'cash' }, { type: 'card', tenderedMinor: 300 }], 1000, 'GHS', newId);
    expect(settled.ok && settled.tenders.map(({ ty, ap }) => [ty, ap])).toEqual([
      ['card', 300],
      ['cash', 700],
    ]);
    expect(settle([], 0, 'GHS', newId)).toEqual({ ok: true, tenders: [], cash: 0, change: 0 });
  });
});
