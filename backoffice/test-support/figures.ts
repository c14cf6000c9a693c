/** Sales, stock, journals and exceptions of the test chain, around a fixed "now". */
import { SERVICES, type ExceptionKind, type ExceptionRow, type TerminalJournalRow } from '@nexus/contracts';
import { BRANCHES, chance, hashOf, idOf, PRODUCTS, STAFF, TERMINALS, TENANT } from './chain.ts';

/** Saturday afternoon in Accra. The browser's clock is set to it. */
export const NOW = Date.parse('2026-11-21T15:42:00Z');
export const TODAY = '2026-11-21';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const dateAt = (daysAgo: number): string =>
  new Date(Date.parse(`${TODAY}T00:00:00Z`) - daysAgo * DAY_MS).toISOString().slice(0, 10);

/** Busy Saturdays, quiet Sundays, branches of very different size. */
export function dayRows(from: string, to: string, branch: string | undefined) {
  const rows = [];
  for (let daysAgo = 0; daysAgo < 21; daysAgo += 1) {
    const businessDate = dateAt(daysAgo);
    if (businessDate < from || businessDate > to) continue;
    const week = [0.35, 0.9, 0.95, 1, 1.05, 1.3, 1.5][new Date(businessDate).getUTCDay()] ?? 1;
    for (const [at, { id, currency }] of BRANCHES.entries()) {
      if (branch !== undefined && branch !== id) continue;
      const size = 0.25 + chance(`size ${at}`) ** 2 * 1.6;
      const part = daysAgo === 0 ? 0.62 : 1;
      const transactions = Math.round(160 * size * week * part * (0.85 + chance(`${at} ${daysAgo}`) * 0.3));
      const gross = transactions * Math.round(4200 + chance(`basket ${at} ${daysAgo}`) * 2600);
      const terminal = TERMINALS[at * 2]?.id ?? '';
      const row = (kind: 'sale' | 'return' | 'post-void', n: number, amount: number) => {
        const tax = Math.round((amount * 15) / 115);
        return {
          branch: id,
          businessDate,
          terminal,
          currency,
          kind,
          transactions: n,
          lines: n * 4,
          units: n * 5000,
          net: amount - tax,
          tax,
          gross: amount,
        };
      };
      rows.push(
        row('sale', transactions, gross),
        row('return', Math.ceil(transactions / 70), Math.round(gross * 0.011)),
      );
    }
  }
  return rows;
}

/** A morning and an evening rush; of today what has been sold by now. */
export function hourRows(date: string, branch: string | undefined) {
  const yesterday = new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);
  return [yesterday, date].flatMap((businessDate) => {
    const [first] = dayRows(businessDate, businessDate, branch);
    const day = dayRows(businessDate, businessDate, branch).reduce(
      (sum, row) => sum + (row.kind === 'sale' ? row.gross : -row.gross),
      0,
    );
    const last = businessDate === TODAY ? new Date(NOW).getUTCHours() : 21;
    const hours = Array.from({ length: last - 6 }, (_, at) => 7 + at);
    const weight = (hour: number) => 1 + 2 * Math.exp(-((hour - 12) ** 2) / 6) + 3 * Math.exp(-((hour - 18) ** 2) / 4);
    const whole = hours.reduce((sum, hour) => sum + weight(hour), 0);
    return hours.map((hour) => ({
      businessDate,
      hour,
      currency: first?.currency ?? TENANT.currency,
      transactions: 10,
      net: Math.round((day * weight(hour)) / whole),
    }));
  });
}

const TRANSACTIONS = 130;
const lineOf = (entry: number, at: number) => {
  const product = PRODUCTS[Math.floor(chance(`line ${entry} ${at}`) * PRODUCTS.length)] ?? PRODUCTS[0]!;
  const quantity = product.unit === 'kg' ? 1250 : 1000 * (1 + Math.floor(chance(`quantity ${entry} ${at}`) * 4));
  const price = product.priceMinor ?? 4_500;
  const full = Math.round((price * quantity) / 1000);
  const discount = at === 1 ? Math.round(full / 10) : 0;
  const gross = full - discount;
  const tax = product.taxGroup === 'zero' ? 0 : Math.round((gross * 15) / 115);
  return {
    n: at + 1,
    product: product.id,
    code: product.code,
    description: product.description,
    unit: product.unit,
    quantity,
    unitPrice: price,
    priceScale: null,
    priceSource: at === 2 ? 'override' : null,
    discount,
    taxGroup: product.taxGroup,
    taxes: [{ c: 'VAT', r: product.taxGroup === 'zero' ? 0 : 150_000, b: gross - tax, a: tax }],
    gross,
    original: null,
  };
};

export const SALES = Array.from({ length: TRANSACTIONS }, (_, index) => {
  const kind = index % 17 === 9 ? ('return' as const) : index === 5 ? ('post-void' as const) : ('sale' as const);
  const terminal = TERMINALS[Math.floor(chance(`till of ${index}`) * TERMINALS.length)]!;
  const lineItems = Array.from({ length: 1 + Math.floor(chance(`lines ${index}`) * 7) }, (_line, at) =>
    lineOf(index, at),
  );
  const sum = (of: (line: (typeof lineItems)[number]) => number) =>
    lineItems.reduce((total, line) => total + of(line), 0);
  const gross = sum((line) => line.gross);
  const tax = sum((line) => line.taxes[0]?.a ?? 0);
  const payable = Math.round(gross / 5) * 5;
  const tendered = Math.ceil(payable / 1000) * 1000;
  const number = 4_218 - index;
  return {
    key: idOf(`transaction ${index}`),
    kind,
    entryId: idOf(`entry ${index}`),
    branch: terminal.branch,
    terminal: terminal.id,
    businessDate: dateAt(index < 90 ? 0 : 1),
    at: NOW - index * 3 * MINUTE_MS - (index < 90 ? 0 : DAY_MS / 2),
    utcOffset: 0,
    cashier: STAFF[1 + (index % 4)]?.code ?? null,
    receipt: kind === 'post-void' ? null : { series: 'A', number },
    currency: 'GHS',
    lines: lineItems.length,
    gross,
    tax,
    discount: sum((line) => line.discount),
    training: index === 12,
    voided: index === 7,
    legalEntity: terminal.legalEntity,
    shift: idOf('shift'),
    customer: null,
    entry: {
      terminal: terminal.id,
      chain: terminal.chain ?? '',
      seq: number,
      number: number + 12,
      hash: hashOf(`entry ${index}`),
    },
    net: gross - tax,
    rounding: payable - gross,
    payable,
    taxes: [{ c: 'VAT', r: 150_000, b: gross - tax, a: tax }],
    voids: kind === 'post-void' ? idOf('entry 7') : null,
    voidedBy: index === 7 ? idOf('transaction 5') : null,
    lineItems,
    tenders: [
      {
        id: idOf(`tender ${index}`),
        type: index % 3 === 0 ? 'mobile-money' : 'cash',
        tendered: index % 3 === 0 ? payable : tendered,
        applied: payable,
        change: index % 3 === 0 ? 0 : tendered - payable,
        currency: 'GHS',
      },
    ],
  };
});

export const entryOf = (id: string) => {
  const sale = SALES.find(({ entryId }) => entryId === id);
  if (!sale) return null;
  const receivedAt = new Date(sale.at + 9_000).toISOString();
  const behind = sale === SALES[1];
  return {
    ...sale.entry,
    kind: sale.kind,
    branch: sale.branch,
    receivedAt,
    line: JSON.stringify({
      v: 1,
      t: sale.terminal,
      c: sale.entry.chain,
      s: sale.entry.seq,
      p: hashOf('previous'),
      i: id,
      k: sale.kind,
      h: [sale.at, 0],
      T: { cur: 'GHS', net: sale.net, gross: sale.gross, pay: sale.payable },
    }),
    replay: ['sales', 'inventory'].map((service) => ({
      service,
      number: sale.entry.number + 4,
      applied: !(behind && service === 'inventory'),
      passedAt: receivedAt,
    })),
  };
};

export const STOCK = BRANCHES.slice(0, 12)
  .flatMap((branch, at) =>
    PRODUCTS.map((product, index) => ({
      branch: branch.id,
      product: product.id,
      code: product.code,
      description: product.description,
      onHand: Math.round((chance(`stock ${at} ${index}`) - 0.04) * 140) * 1000,
      lastCountedAt: index % 4 === 3 ? null : new Date(NOW - (3 + at) * DAY_MS).toISOString(),
    })),
  )
  .sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));

export const movementsOf = (product: string) =>
  Array.from({ length: 12 }, (_, index) => ({
    key: idOf(`movement ${product} ${index}`),
    line: 1,
    reason: (['sale', 'sale', 'return', 'sale', 'post-void', 'count'] as const)[index % 6] ?? ('sale' as const),
    quantity: [-2000, -1000, 1000, -3000, 1000, 24_000][index % 6] ?? 0,
    at: NOW - index * 47 * MINUTE_MS,
    terminal: TERMINALS[index % 2]?.id ?? '',
  }));

export const JOURNALS: TerminalJournalRow[] = TERMINALS.map((terminal, at) => {
  const quiet = at === 9;
  const gone = at === 30;
  const offline = at % 13 === 4 || quiet;
  const head = 3_000 + Math.floor(chance(`head ${at}`) * 4_000);
  const unsent = offline ? 4 + (at % 5) * 3 : 0;
  const waiting = at === 17 ? 6 : 0;
  return {
    terminal: terminal.id,
    index: terminal.index,
    name: terminal.name,
    branch: terminal.branch,
    enrolled: at !== 41,
    revokedAt: gone ? new Date(NOW - 6 * DAY_MS).toISOString() : null,
    lastContact:
      at === 41 ? null : new Date(NOW - (quiet ? 2.2 * DAY_MS : offline ? 3 * 60 * MINUTE_MS : 20_000)).toISOString(),
    receivedThrough: at === 41 ? 0 : head - unsent,
    tillHead: at === 41 ? 0 : head,
    entries: at === 41 ? 0 : head - unsent,
    waiting,
    unsent: {
      count: unsent,
      gross: unsent * 6_150,
      currency: unsent > 0 ? TENANT.currency : null,
      oldest: unsent > 0 ? NOW - 3.4 * 3_600_000 : null,
    },
  };
});

const exception = (
  name: string,
  kind: ExceptionKind,
  severity: ExceptionRow['severity'],
  minutesAgo: number,
  branch: number | null,
  detail: Record<string, unknown>,
): ExceptionRow => ({
  id: idOf(name),
  kind,
  severity,
  branch: branch === null ? null : (BRANCHES[branch]?.id ?? null),
  terminal: branch === null ? null : (TERMINALS[branch * 2]?.id ?? null),
  subject: null,
  detail,
  raisedAt: new Date(NOW - minutesAgo * MINUTE_MS).toISOString(),
  settledAt: null,
  settledBy: null,
  note: null,
});
const SETTLED: Partial<ExceptionRow> = {
  settledAt: new Date(NOW - 9 * MINUTE_MS).toISOString(),
  settledBy: idOf('subject'),
  note: 'Counted the shelf: 14 pieces were in the back room.',
};

/** Each service's own list, newest first. */
export const EXCEPTIONS: Record<string, ExceptionRow[]> = {
  ...Object.fromEntries(SERVICES.map((service) => [service, []])),
  sync: [
    exception('gap', 'gap', 'warning', 34, 4, { missingFrom: 3_981, missingThrough: 3_986 }),
    exception('fork', 'fork', 'error', 610, 15, {
      seq: 2_207,
      kept: hashOf('a').slice(0, 12),
      other: hashOf('b').slice(0, 12),
    }),
    exception('clock', 'clock-off', 'info', 1_500, 22, { offsetSeconds: 5_412 }),
  ],
  sales: [
    exception('recomputed', 'recomputation-differs', 'error', 12, 1, { till: 12_450, server: 12_400 }),
    exception('blind return', 'return-without-original', 'warning', 95, 8, { gross: 8_900 }),
  ],
  inventory: [
    exception('below', 'stock-below-zero', 'warning', 7, 0, { product: 'K1013', onHand: -3 }),
    exception('below 2', 'stock-below-zero', 'warning', 220, 11, { product: 'K1002', onHand: -1 }),
    { ...exception('below 3', 'stock-below-zero', 'warning', 340, 3, { product: 'K1007', onHand: -14 }), ...SETTLED },
  ],
};
