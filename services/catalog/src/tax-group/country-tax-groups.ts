import type { TaxGroupFacts } from '@nexus/contracts';

const percent = (rate: number): number => rate * 10_000;

const WITHOUT_TAX: readonly TaxGroupFacts[] = [
  { code: 'standard', name: 'Standard rate', components: [] },
  { code: 'zero', name: 'Zero rate', components: [] },
  { code: 'exempt', name: 'Exempt', components: [] },
];

/**
 * Ghana, from 1 January 2026: Value Added Tax Act, 2025 (Act 1151). VAT 15 %, National Health Insurance Levy 2.5 % and
 * Ghana Education Trust Fund Levy 2.5 %, each on the same base (20 % together); the COVID-19 levy is gone. Notice of the
 * Ghana Revenue Authority of December 2025, https://gra.gov.gh
 */
const GHANA: readonly TaxGroupFacts[] = [
  {
    code: 'standard',
    name: 'Standard rate',
    components: [
      { code: 'VAT', rate: percent(15) },
      { code: 'NHIL', rate: percent(2.5) },
      { code: 'GETFUND', rate: percent(2.5) },
    ],
  },
  { code: 'zero', name: 'Zero rate', components: [{ code: 'VAT', rate: 0 }] },
  { code: 'exempt', name: 'Exempt', components: [] },
];

/** United Kingdom: Value Added Tax Act 1994, sections 2 and 29A; https://www.gov.uk/vat-rates */
const UNITED_KINGDOM: readonly TaxGroupFacts[] = [
  { code: 'standard', name: 'Standard rate', components: [{ code: 'VAT', rate: percent(20) }] },
  { code: 'reduced', name: 'Reduced rate', components: [{ code: 'VAT', rate: percent(5) }] },
  { code: 'zero', name: 'Zero rate', components: [{ code: 'VAT', rate: 0 }] },
  { code: 'exempt', name: 'Exempt', components: [] },
];

const BY_COUNTRY: Readonly<Record<string, readonly TaxGroupFacts[]>> = { GH: GHANA, GB: UNITED_KINGDOM };

/**
 * Tax groups that a chain of this country (ISO 3166-1 alpha-2) starts with. Where the rules are not known here every
 * rate is zero: a chain must then fill in its own before it sells.
 */
export const defaultTaxGroups = (country: string): readonly TaxGroupFacts[] => BY_COUNTRY[country] ?? WITHOUT_TAX;
