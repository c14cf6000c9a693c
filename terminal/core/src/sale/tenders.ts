import type { EntryTender } from '@nexus/contracts';
import { CASH } from '@nexus/pricing';

/** What a customer gives. Left out `tenderedMinor`: just what is still to be paid. */
export interface TenderInput {
  readonly type: string;
  readonly tenderedMinor?: number;
  readonly references?: Readonly<Record<string, string>>;
  readonly authorisation?: string;
}

export type TenderRefusal = 'underpaid' | 'overpaid-without-cash' | 'tender-negative' | 'two-cash-tenders';
export type Settled =
  | { readonly ok: true; readonly tenders: EntryTender[]; readonly cash: number; readonly change: number }
  | { readonly ok: false; readonly reason: TenderRefusal };

/** Cash rounding depends on what other tenders cover, so that is asked first. */
export const paidOtherwise = (tenders: readonly TenderInput[], gross: number): number =>
  tenders.reduce((sum, tender) => (tender.type === CASH ? sum : sum + (tender.tenderedMinor ?? gross - sum)), 0);

export const hasCash = (tenders: readonly TenderInput[]): boolean => tenders.some(({ type }) => type === CASH);

/**
 * Applies tenders to what is payable, others before cash, so that change comes out of cash alone. `cash` is what the
 * drawer gains.
 */
export const settle = (
  inputs: readonly TenderInput[],
  payable: number,
  currency: string,
  newId: () => string,
): Settled => {
  if (inputs.filter(({ type }) => type === CASH).length > 1) return { ok: false, reason: 'two-cash-tenders' };
  let due = payable;
  let cash = 0;
  let change = 0;
  const tenders: EntryTender[] = [];
  for (const input of [...inputs].sort((a, b) => Number(a.type === CASH) - Number(b.type === CASH))) {
    const tendered = input.tenderedMinor ?? due;
    if (tendered < 0) return { ok: false, reason: 'tender-negative' };
    const applied = Math.min(tendered, due);
    if (applied < tendered && input.type !== CASH) return { ok: false, reason: 'overpaid-without-cash' };
    due -= applied;
    if (input.type === CASH) {
      cash += applied;
      change = tendered - applied;
    }
    tenders.push({
      id: newId(),
      ty: input.type,
      td: tendered,
      ap: applied,
      ...(tendered > applied && { ch: tendered - applied }),
      cur: currency,
      ...(input.references && { ref: input.references }),
      ...(input.authorisation !== undefined && { auth: input.authorisation }),
    });
  }
  return due > 0 ? { ok: false, reason: 'underpaid' } : { ok: true, tenders, cash, change };
};
