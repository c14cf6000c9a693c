import { describe, expect, test } from '@jest/globals';
import { taxGroupCode, taxGroupFacts } from '@nexus/contracts';
import { defaultTaxGroups } from './country-tax-groups.ts';

const rates = (country: string, code: string) =>
  defaultTaxGroups(country).find((group) => group.code === code)?.components;

describe('tax groups that a chain starts with', () => {
  test('Ghana in 2026: 15 % VAT, 2.5 % NHIL and 2.5 % GETFund on one base', () => {
    expect(rates('GH', 'standard')).toEqual([
      { code: 'VAT', rate: 150_000 },
      { code: 'NHIL', rate: 25_000 },
      { code: 'GETFUND', rate: 25_000 },
    ]);
  });

  test.each(['GH', 'GB', 'KE'])('%s has a standard, a zero and an exempt group', (country) => {
    const groups = defaultTaxGroups(country);
    expect(groups.map((group) => group.code)).toEqual(expect.arrayContaining(['standard', 'zero', 'exempt']));
    for (const group of groups) {
      expect(taxGroupFacts.parse(group)).toEqual(group);
      expect(taxGroupCode.parse(group.code)).toBe(group.code);
    }
    expect(rates(country, 'zero')?.every((component) => component.rate === 0)).toBe(true);
  });
});
