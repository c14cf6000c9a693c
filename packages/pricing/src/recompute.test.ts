import { describe, expect, test } from '@jest/globals';
import { priceSale, recompute } from './engine.ts';
import { MAX_DIFFERENCES } from './limits.ts';
import type { RecomputedEntry } from './shapes.ts';

interface Mutable {
  by: { pe: number };
  L: { n: number; q: number; up: number; ds?: { src: string; a: number }[]; x: TaxLike[]; g: number }[];
  T: { cur: string; net: number; tax: TaxLike[]; disc: number; gross: number; round: number; pay: number };
  N: { ty: string; td: number; ap: number; ch?: number; cur: string }[];
}
interface TaxLike {
  c: string;
  r: number;
  b: number;
  a: number;
}

const entry = (): Mutable => {
  const group = {
    code: 'standard',
    components: [
      { code: 'VAT', rate: 150_000 },
      { code: 'NHIL', rate: 25_000 },
    ],
  };
  const line = { product: 'p', code: 'A', description: 'A', quantity: 2000, unitPrice: 1234, taxGroup: group };
  const { lines, totals, engine } = priceSale({
    currency: 'GHS',
    lines: [
      { n: 1, ...line },
      { n: 2, ...line, discounts: [{ source: 'manual', amount: 100 }] },
    ],
    cash: { increment: 1, otherTenders: 0 },
  });
  const tender = { ty: 'cash', td: 5000, ap: totals.pay, ch: 5000 - totals.pay, cur: 'GHS' };
  return structuredClone({ by: { pe: engine }, L: lines, T: totals, N: [tender] });
};

const paths = (change: (entry: Mutable) => void): string[] => {
  const changed = entry();
  change(changed);
  return recompute(changed as RecomputedEntry).map(({ path }) => path);
};
const first = <T>(items: readonly T[]): T => items[0] as T;

describe('recompute', () => {
  test('finds nothing in what the engine made', () => {
    expect(paths(() => undefined)).toEqual([]);
  });

  test.each<[string, (entry: Mutable) => void, string]>([
    ['a quantity of 1 where 2 were sold', (e) => (first(e.L).q = 1000), 'L[0].g'],
    ['another line gross', (e) => (first(e.L).g += 1), 'L[0].g'],
    ['a discount larger than its line', (e) => (e.L[1]!.ds = [{ src: 'manual', a: 9999 }]), 'L[1].ds'],
    ['a negative discount', (e) => (e.L[1]!.ds = [{ src: 'manual', a: -1 }]), 'L[1].ds'],
    ['another tax amount', (e) => (first(first(e.L).x).a += 1), 'L[0].x[0].a'],
    ['another tax base', (e) => (first(first(e.L).x).b -= 1), 'L[0].x[0].b'],
    ['a line without its taxes', (e) => (first(e.L).x = []), 'T.net'],
    ['a total tax component left out', (e) => e.T.tax.pop(), 'T.tax.length'],
    ['a total tax under another code', (e) => (first(e.T.tax).c = 'GST'), 'T.tax[0]'],
    ['another total tax', (e) => (first(e.T.tax).a += 1), 'T.tax[0].a'],
    ['another total tax base', (e) => (first(e.T.tax).b += 1), 'T.tax[0].b'],
    ['another net', (e) => (e.T.net += 1), 'T.net'],
    ['another gross', (e) => (e.T.gross -= 1), 'T.gross'],
    ['other discounts', (e) => (e.T.disc = 0), 'T.disc'],
    ['rounding that the currency does not have', (e) => (e.T.round = 1), 'T.round'],
    ['another amount payable', (e) => (e.T.pay += 5), 'T.pay'],
    ['no tender', (e) => (e.N = []), 'N'],
    ['change that does not fit', (e) => (first(e.N).ch = 0), 'N[0].ap'],
    ['a tender in another currency', (e) => (first(e.N).cur = 'USD'), 'N[0].cur'],
    ['a line id used twice', (e) => (e.L[1]!.n = 1), 'L'],
    ['a currency that does not exist', (e) => (e.T.cur = 'QQQ'), 'T.cur'],
    ['an engine of the future', (e) => (e.by.pe = 99), 'by.pe'],
    ['amounts beyond the safe integers', (e) => (first(e.L).up = Number.MAX_SAFE_INTEGER), 'L'],
  ])('finds %s', (_, change, path) => {
    expect(paths(change)).toContain(path);
  });

  test('lists a bounded number of differences', () => {
    const many = entry();
    many.L = Array.from({ length: 500 }, (_, index) => ({ ...first(many.L), n: index + 1, g: 1 }));
    expect(recompute(many as RecomputedEntry)).toHaveLength(MAX_DIFFERENCES);
  });
});
