import { allocate, cashIncrementOf, exponentOf, isCurrency } from '@nexus/money';
import { MAX_DIFFERENCES } from '../limits.ts';
import type { Difference, RecomputedEntry, RecomputeRules, TaxAmount } from '../shapes.ts';
import { addTax, CASH, cashRounding, extendLine, taxInside } from './arithmetic.ts';

type Line = RecomputedEntry['L'][number];

/** Engine 1 backwards; see `priceSaleV1` for the rules. Amounts out of range are a difference too, never an error. */
export const recomputeV1 = (entry: RecomputedEntry, rules: RecomputeRules): Difference[] => {
  const found = new Findings();
  if (!isCurrency(entry.T.cur)) {
    found.add('T.cur', 'a currency', entry.T.cur);
    return found.list;
  }
  try {
    compareEntry(entry, rules, found);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    found.add('L', 'amounts within range', error.message);
  }
  return found.list;
};

class Findings {
  readonly list: Difference[] = [];

  add(path: string, expected: number | string, actual: number | string): void {
    if (this.list.length < MAX_DIFFERENCES) this.list.push({ path, expected, found: actual });
  }
}

const compareEntry = (entry: RecomputedEntry, rules: RecomputeRules, found: Findings): void => {
  const { L: lines, T: totals } = entry;
  const exponent = exponentOf(totals.cur);
  const taxes: TaxAmount[] = [];
  let gross = 0;
  let net = 0;
  let discount = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    const reduced = discountOf(line);
    const extended = extendLine(line.up, line.q, line.ps ?? exponent, exponent);
    const lineGross = extended - reduced;
    if (reduced < 0 || (reduced > 0 && lineGross < 0)) found.add(`L[${i}].ds`, `0 … ${extended}`, reduced);
    if (lineGross !== line.g) found.add(`L[${i}].g`, lineGross, line.g);
    discount += reduced;
    gross += lineGross;
    net += lineGross - compareTax(line, i, lineGross, taxes, found);
  }
  compareLineIds(lines, found);
  if (totals.net !== net) found.add('T.net', net, totals.net);
  if (totals.disc !== discount) found.add('T.disc', discount, totals.disc);
  if (totals.gross !== gross) found.add('T.gross', gross, totals.gross);
  if (!Number.isSafeInteger(gross)) found.add('T.gross', 'an amount within range', gross);
  compareTaxes(taxes, totals.tax, 'T.tax', found);
  compareTenders(entry, gross, rules.cashIncrement ?? cashIncrementOf(totals.cur), found);
};

const discountOf = (line: Line): number => {
  let sum = 0;
  if (line.ds) for (const share of line.ds) sum += share.a;
  return sum;
};

/** Compares one line's components, adds what they should be to `taxes`, and returns the line's tax. */
const compareTax = (line: Line, index: number, gross: number, taxes: TaxAmount[], found: Findings): number => {
  const components = line.x;
  if (components.length === 0) return 0;
  let rate = 0;
  for (const component of components) rate += component.r;
  const tax = taxInside(gross, rate);
  const amounts =
    components.length === 1
      ? undefined
      : allocate(
          tax,
          components.map((component) => component.r),
        );
  for (let j = 0; j < components.length; j++) {
    const component = components[j] as TaxAmount;
    const amount = amounts?.[j] ?? tax;
    if (component.a !== amount) found.add(`L[${index}].x[${j}].a`, amount, component.a);
    if (component.b !== gross - tax) found.add(`L[${index}].x[${j}].b`, gross - tax, component.b);
    addTax(taxes, component.c, component.r, gross - tax, amount);
  }
  return tax;
};

const compareTaxes = (
  expected: readonly TaxAmount[],
  actual: readonly TaxAmount[],
  path: string,
  found: Findings,
): void => {
  if (expected.length !== actual.length) found.add(`${path}.length`, expected.length, actual.length);
  expected.forEach((tax, j) => {
    const other = actual[j];
    if (!other) return;
    if (other.c !== tax.c || other.r !== tax.r)
      found.add(`${path}[${j}]`, `${tax.c} ${tax.r}`, `${other.c} ${other.r}`);
    if (other.b !== tax.b) found.add(`${path}[${j}].b`, tax.b, other.b);
    if (other.a !== tax.a) found.add(`${path}[${j}].a`, tax.a, other.a);
  });
};

/** Line ids key every effect of the line, so each may occur once. Ascending ids, the usual case, need no set. */
const compareLineIds = (lines: readonly Line[], found: Findings): void => {
  let last = 0;
  for (const line of lines) {
    if (line.n <= last) {
      if (new Set(lines.map(({ n }) => n)).size !== lines.length)
        found.add('L', 'different line ids', 'a repeated one');
      return;
    }
    last = line.n;
  }
};

const compareTenders = (entry: RecomputedEntry, gross: number, increment: number, found: Findings): void => {
  const { T: totals, N: tenders } = entry;
  let applied = 0;
  let other = 0;
  let hasCash = false;
  for (let i = 0; i < tenders.length; i++) {
    const tender = tenders[i] as RecomputedEntry['N'][number];
    // Amounts of another currency cannot be added here: version 1 knows the sale's own only.
    if (tender.cur !== totals.cur) found.add(`N[${i}].cur`, totals.cur, tender.cur);
    const change = tender.ch ?? 0;
    if (tender.td - change !== tender.ap) found.add(`N[${i}].ap`, tender.td - change, tender.ap);
    applied += tender.ap;
    if (tender.ty === CASH) hasCash = true;
    else other += tender.ap;
  }
  const rounding = hasCash ? cashRounding(gross, other, increment) : 0;
  if (totals.round !== rounding) found.add('T.round', rounding, totals.round);
  if (totals.pay !== gross + rounding) found.add('T.pay', gross + rounding, totals.pay);
  if (applied !== totals.pay) found.add('N', totals.pay, applied);
};
