import { z } from 'zod';
import { currencyCode, isoDate, minorUnits, sha256Hex, uuid } from '../common.ts';

/** Version of the entry format that this code writes. */
export const ENTRY_VERSION = 1;
/** Quantities are whole thousandths of the product's unit. */
export const QUANTITY_SCALE = 1000;
/** Tax rates are whole millionths: 0.15 = 150_000. */
export const RATE_SCALE = 1_000_000;
/** Longest line in bytes, newline not counted. */
export const MAX_ENTRY_BYTES = 1024 * 1024;

export const ENTRY_KINDS = [
  'sale',
  'return',
  'line-void',
  'transaction-cancel',
  'post-void',
  'no-sale',
  'shift-open',
  'shift-close',
  'paid-in',
  'paid-out',
  'drop',
  'cash-count',
  'receipt-printed',
  'cart-parked',
  'cart-claimed',
  'cart-abandoned',
  'stock-counted',
  'drawer-assigned',
  'chain-reset',
] as const;
export const entryKind = z.enum(ENTRY_KINDS);
export type EntryKind = z.infer<typeof entryKind>;

/** Which service takes which kinds from the electronic journal. A kind not named here is kept and taken by nobody. */
export const KINDS_BY_SERVICE = {
  sales: [
    'sale',
    'return',
    'line-void',
    'transaction-cancel',
    'post-void',
    'no-sale',
    'shift-open',
    'shift-close',
    'paid-in',
    'paid-out',
    'drop',
    'cash-count',
    'receipt-printed',
    'drawer-assigned',
  ],
  inventory: ['stock-counted'],
} as const satisfies Record<string, readonly EntryKind[]>;
export type JournalConsumer = keyof typeof KINDS_BY_SERVICE;
export const JOURNAL_CONSUMERS = Object.keys(KINDS_BY_SERVICE) as JournalConsumer[];

const text = (max: number) => z.string().max(max);
const quantity = z.number().int().min(-1e12).max(1e12);
const instantMs = z.number().int().min(0).max(8.64e15);

/** Hybrid logical clock: `[wall milliseconds, counter]`; the terminal id breaks ties. */
export const hlc = z.tuple([instantMs, z.number().int().min(0)]);

/** One approval given for this entry (price override, return without receipt, void …). */
export const approval = z.object({ by: text(64), how: text(32), why: text(64) });

/** A tax component: code, rate in millionths, base and amount in minor units. */
export const taxComponent = z.object({ c: text(32), r: z.number().int(), b: minorUnits, a: minorUnits });

/** One discount share that fell on a line, minor units. */
export const lineDiscount = z.object({ src: text(32), why: text(64).optional(), a: minorUnits });

/**
 * A line of a sale or return. Quantities and amounts are positive; the entry's kind says which way they go.
 * Defaults are left out: unit `ea`, price scale = the currency's own, price source `list`.
 */
export const entryLine = z.object({
  /** Line id inside the entry, 1-based. */
  n: z.number().int().min(1),
  /** Product id and, where there is one, variant id. */
  p: uuid,
  pv: uuid.optional(),
  /** Product code (SKU). */
  c: text(64),
  /** What was scanned. */
  sc: text(64).optional(),
  /** Description as sold. */
  d: text(500),
  u: text(16).optional(),
  /** Quantity in thousandths. */
  q: quantity,
  /** List price and unit price: whole units of 10^-`ps`. */
  lp: minorUnits.optional(),
  up: minorUnits,
  ps: z.number().int().min(0).max(8).optional(),
  /** Source of the unit price. */
  us: z.enum(['list', 'override', 'embedded', 'manual']).optional(),
  ds: z.array(lineDiscount).max(50).optional(),
  /** Tax group code and the components it gave. */
  tg: text(32),
  x: z.array(taxComponent).max(10),
  /** Line gross: tax included, after discounts, minor units. */
  g: minorUnits,
  lot: text(64).optional(),
  sn: text(64).optional(),
  /** For a return with receipt: the original entry and its line. */
  o: z.object({ e: uuid, n: z.number().int().min(1) }).optional(),
});
export type EntryLine = z.infer<typeof entryLine>;

export const entryTotals = z.object({
  cur: currencyCode,
  /** Gross without tax. */
  net: minorUnits,
  tax: z.array(taxComponent).max(50),
  disc: minorUnits,
  /** Tax included, after discounts, before cash rounding. */
  gross: minorUnits,
  /** Cash rounding, signed: payable − gross. */
  round: minorUnits,
  pay: minorUnits,
});

export const tender = z.object({
  /** Tender id, also its idempotency key towards a provider. */
  id: uuid,
  ty: text(32),
  /** Tendered, applied, change: minor units of `cur`. */
  td: minorUnits,
  ap: minorUnits,
  ch: minorUnits.optional(),
  cur: currencyCode,
  fx: text(32).optional(),
  ref: z.record(text(64), text(256)).optional(),
  auth: text(64).optional(),
});
export type EntryTender = z.infer<typeof tender>;

/** What every entry of version 1 carries, whatever its kind. */
export const entryEnvelope = z.object({
  v: z.literal(1),
  /** Terminal, chain, sequence, previous hash (64 zeros for the first). */
  t: uuid,
  c: uuid,
  s: z.number().int().min(1),
  p: sha256Hex,
  /** Entry id, UUIDv7. */
  i: uuid,
  k: text(64),
  h: hlc,
  /** What the till had seen of the other tills of its branch: terminal → sequence. */
  vv: z.record(uuid, z.number().int().min(0)).optional(),
  w: z.object({
    /** Device wall time, epoch milliseconds UTC. */
    u: instantMs,
    /** UTC offset, minutes east. */
    o: z.number().int().min(-1080).max(1080),
    /** IANA zone of the branch. */
    z: text(64),
    /** Last known server time minus device time, milliseconds. */
    so: z.number().int().optional(),
    /** Business date, fixed when the shift opened. */
    b: isoDate,
  }),
  at: z.object({
    le: uuid,
    br: uuid,
    dv: text(64).optional(),
    sh: uuid.optional(),
    dr: text(64).optional(),
    ca: text(64).optional(),
    ap: z.array(approval).max(20).optional(),
    /** Training entries are kept and count nowhere. */
    tr: z.literal(true).optional(),
  }),
  by: z.object({
    app: text(32),
    pe: z.number().int().min(1),
    /** Revisions used: catalogue, price lists, tax rules, promotions. */
    cat: z.number().int().optional(),
    pl: z.number().int().optional(),
    tx: z.number().int().optional(),
    pm: z.number().int().optional(),
  }),
});
export type EntryEnvelope = z.infer<typeof entryEnvelope>;

/** Receipt: series of (terminal, chain) and number, gapless from 1. */
export const receipt = z.object({ s: text(64), n: z.number().int().min(1) });

const transactionBody = {
  r: receipt,
  L: z.array(entryLine).min(1).max(2000),
  T: entryTotals,
  N: z.array(tender).max(20),
  /** Customer id; names travel sealed, elsewhere. */
  cu: text(64).optional(),
};
export const saleEntry = entryEnvelope.extend({ k: z.literal('sale'), ...transactionBody });
export type SaleEntry = z.infer<typeof saleEntry>;
/** Goods brought back and money refunded. Without `o` on its lines it is a return without receipt and needs an approval. */
export const returnEntry = entryEnvelope.extend({ k: z.literal('return'), ...transactionBody });
export type ReturnEntry = z.infer<typeof returnEntry>;
/** A finished transaction of this terminal undone as a whole, in the shift in which it was made. */
export const postVoidEntry = entryEnvelope.extend({
  k: z.literal('post-void'),
  of: uuid,
  gross: minorUnits,
  cur: currencyCode,
});
export type PostVoidEntry = z.infer<typeof postVoidEntry>;
/** A line taken out of an open cart. */
export const lineVoidEntry = entryEnvelope.extend({
  k: z.literal('line-void'),
  cart: uuid,
  L: z.array(entryLine).length(1),
});
/** An open cart given up before payment. */
export const transactionCancelEntry = entryEnvelope.extend({
  k: z.literal('transaction-cancel'),
  cart: uuid,
  L: z.array(entryLine).max(2000),
  T: entryTotals.optional(),
});
export const noSaleEntry = entryEnvelope.extend({ k: z.literal('no-sale'), why: text(64) });
export const shiftOpenEntry = entryEnvelope.extend({
  k: z.literal('shift-open'),
  float: minorUnits,
  cur: currencyCode,
});
export type ShiftOpenEntry = z.infer<typeof shiftOpenEntry>;
/** Closing a shift: expected cash is the sum of its entries, counted is what the drawer held. */
export const shiftCloseEntry = entryEnvelope.extend({
  k: z.literal('shift-close'),
  cur: currencyCode,
  expected: minorUnits,
  counted: minorUnits,
  /** Sales and returns of the shift, gross. */
  sales: z.object({ count: z.number().int(), gross: minorUnits }),
  returns: z.object({ count: z.number().int(), gross: minorUnits }),
  /** What this till still held unsent when the shift closed. */
  unsent: z.object({ count: z.number().int(), gross: minorUnits }),
});
export type ShiftCloseEntry = z.infer<typeof shiftCloseEntry>;
export const cashMovementEntry = entryEnvelope.extend({
  k: z.enum(['paid-in', 'paid-out', 'drop']),
  amount: minorUnits,
  cur: currencyCode,
  why: text(64),
});
/** The drawer counted while the shift goes on: what its entries make of it, and what it held. Moves nothing. */
export const cashCountEntry = entryEnvelope.extend({
  k: z.literal('cash-count'),
  cur: currencyCode,
  expected: minorUnits,
  counted: minorUnits,
  why: text(64).optional(),
});
export type CashCountEntry = z.infer<typeof cashCountEntry>;
/** What the shelf showed at this entry's moment. `opening` marks the first stock of a branch. */
export const stockCountedEntry = entryEnvelope.extend({
  k: z.literal('stock-counted'),
  opening: z.literal(true).optional(),
  L: z
    .array(z.object({ n: z.number().int().min(1), p: uuid, pv: uuid.optional(), c: text(64), q: quantity }))
    .min(1)
    .max(2000),
});
export type StockCountedEntry = z.infer<typeof stockCountedEntry>;
export const receiptPrintedEntry = entryEnvelope.extend({
  k: z.literal('receipt-printed'),
  r: receipt,
  of: uuid,
  copy: z.boolean(),
});
/** Announces, signed by the old chain's key, that this terminal goes on in a new chain. */
export const chainResetEntry = entryEnvelope.extend({ k: z.literal('chain-reset'), next: uuid, why: text(200) });
export const drawerAssignedEntry = entryEnvelope.extend({ k: z.literal('drawer-assigned') });

/** Every kind this version can read in full. Other kinds are kept as bytes. */
export const knownEntry = z.discriminatedUnion('k', [
  saleEntry,
  returnEntry,
  postVoidEntry,
  lineVoidEntry,
  transactionCancelEntry,
  noSaleEntry,
  shiftOpenEntry,
  shiftCloseEntry,
  cashMovementEntry,
  cashCountEntry,
  stockCountedEntry,
  receiptPrintedEntry,
  chainResetEntry,
  drawerAssignedEntry,
]);
export type KnownEntry = z.infer<typeof knownEntry>;
