import {
  type EntryLine,
  type EntryTender,
  type PostVoidEntry,
  type ReturnEntry,
  type SaleEntry,
  type TransactionFacts,
  type TransactionLineFacts,
} from '@nexus/contracts';
import { transactionKey } from '@nexus/journal';

/** Place of an entry in its terminal's journal. */
export interface EntryPlace {
  /** Dense number given by sync. */
  readonly number: number;
  /** Hash of the line, hex. */
  readonly hash: string;
}

/** Facts of a sale or return, as the entry has them: nothing is computed here that the till did not write. */
export function factsOf(entry: SaleEntry | ReturnEntry, place: EntryPlace): TransactionFacts {
  const { T: totals } = entry;
  return {
    ...common(entry, place),
    kind: entry.k,
    receipt: { s: entry.r.s, n: entry.r.n },
    ...(entry.cu === undefined ? {} : { customer: entry.cu }),
    currency: totals.cur,
    net: totals.net,
    tax: totals.tax.reduce((sum, component) => sum + component.a, 0),
    discount: totals.disc,
    gross: totals.gross,
    rounding: totals.round,
    payable: totals.pay,
    taxes: totals.tax.map(taxFacts),
    lines: entry.L.map(lineFacts),
    tenders: entry.N.map(tenderFacts),
  };
}

/** Facts of a post-void: the original's lines and amounts, taken back by this entry. */
export function voidFactsOf(entry: PostVoidEntry, place: EntryPlace, original: TransactionFacts): TransactionFacts {
  return {
    ...original,
    ...common(entry, place),
    kind: 'post-void',
    voids: entry.of,
    voidedKind: voidableKind(original),
    tenders: [],
    receipt: undefined,
  };
}

/** What a post-void is until its original is here: its own place and amounts, no lines. */
export function voidSeed(entry: PostVoidEntry, place: EntryPlace): TransactionFacts {
  return {
    ...common(entry, place),
    kind: 'post-void',
    voids: entry.of,
    currency: entry.cur,
    net: 0,
    tax: 0,
    discount: 0,
    gross: entry.gross,
    rounding: 0,
    payable: entry.gross,
    taxes: [],
    lines: [],
    tenders: [],
  };
}

/** The post-void completed by the original that arrived after it. */
export function completedVoid(seed: TransactionFacts, original: TransactionFacts): TransactionFacts {
  const { key, entry, branch, legalEntity, businessDate, at, utcOffset, shift, cashier, training, voids } = seed;
  return {
    ...original,
    key,
    entry,
    branch,
    legalEntity,
    businessDate,
    at,
    utcOffset,
    shift,
    cashier,
    training,
    voids,
    kind: 'post-void',
    voidedKind: voidableKind(original),
    tenders: [],
    receipt: undefined,
  };
}

const voidableKind = (original: TransactionFacts): 'sale' | 'return' =>
  original.kind === 'return' ? 'return' : 'sale';

function common(entry: SaleEntry | ReturnEntry | PostVoidEntry, place: EntryPlace) {
  return {
    key: transactionKey(entry.w.u, place.hash),
    entry: { id: entry.i, terminal: entry.t, chain: entry.c, seq: entry.s, hash: place.hash, number: place.number },
    branch: entry.at.br,
    legalEntity: entry.at.le,
    businessDate: entry.w.b,
    at: entry.w.u,
    utcOffset: entry.w.o,
    ...(entry.at.sh === undefined ? {} : { shift: entry.at.sh }),
    ...(entry.at.ca === undefined ? {} : { cashier: entry.at.ca }),
    ...(entry.at.tr === undefined ? {} : { training: entry.at.tr }),
  };
}

/*
 * Field by field: an entry may hold more than this version knows, and what a newer till writes there is not a fact yet.
 */
const taxFacts = ({ c, r, b, a }: TransactionFacts['taxes'][number]): TransactionFacts['taxes'][number] => ({
  c,
  r,
  b,
  a,
});

const discountFacts = ({ src, why, a }: NonNullable<TransactionLineFacts['discounts']>[number]) => ({
  src,
  ...(why === undefined ? {} : { why }),
  a,
});

const tenderFacts = ({ id, ty, td, ap, ch, cur, fx, ref, auth }: EntryTender): EntryTender => ({
  id,
  ty,
  td,
  ap,
  ...(ch === undefined ? {} : { ch }),
  cur,
  ...(fx === undefined ? {} : { fx }),
  ...(ref === undefined ? {} : { ref }),
  ...(auth === undefined ? {} : { auth }),
});

function lineFacts(line: EntryLine): TransactionLineFacts {
  return {
    n: line.n,
    product: line.p,
    ...(line.pv === undefined ? {} : { variant: line.pv }),
    code: line.c,
    description: line.d,
    ...(line.u === undefined ? {} : { unit: line.u }),
    quantity: line.q,
    unitPrice: line.up,
    ...(line.ps === undefined ? {} : { priceScale: line.ps }),
    ...(line.us === undefined ? {} : { priceSource: line.us }),
    ...(line.ds === undefined ? {} : { discounts: line.ds.map(discountFacts) }),
    taxGroup: line.tg,
    taxes: line.x.map(taxFacts),
    gross: line.g,
    ...(line.o === undefined ? {} : { original: { entry: line.o.e, line: line.o.n } }),
  };
}
