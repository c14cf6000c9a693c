/** The platform's answers to the back office, validated both ways with the contracts that the services use. */
import {
  barcodeAnswer,
  branchFacts,
  dayTotals,
  dayTotalsQuery,
  exceptionListQuery,
  exceptionPage,
  exceptionSettlement,
  failedMessageListQuery,
  failedMessagePage,
  failedMessageRetries,
  failedMessageRetriesAnswer,
  failedMessageRetryAnswer,
  hourTotals,
  hourTotalsQuery,
  journalEntryDetail,
  journalEntryQuery,
  meAnswer,
  movementListQuery,
  movementPage,
  myOrganizations,
  pageOf,
  pageQuery,
  productFacts,
  productListQuery,
  productPage,
  SERVICES,
  staffRow,
  stockListQuery,
  stockPage,
  stockSummary,
  taxGroupList,
  terminalFacts,
  terminalJournalPage,
  tokenAnswer,
  tokenQuery,
  transactionDetail,
  transactionListQuery,
  transactionPage,
  type ErrorCode,
  type ExceptionRow,
  type FailedMessageRow,
  type Permission,
} from '@nexus/contracts';
import { z } from 'zod';
import { BRANCHES, OWNER, PERSON, PRODUCTS, STAFF, TENANT, TERMINALS } from './chain.ts';
import { scopeOf } from './fake-keycloak.ts';
import { dayRows, entryOf, EXCEPTIONS, hourRows, JOURNALS, movementsOf, NOW, SALES, STOCK, TODAY } from './figures.ts';

export class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

export interface Asked {
  readonly bearer: string | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
}
export interface FixtureRoute {
  readonly method: 'GET' | 'POST';
  /** From the origin; `:name` takes one part. */
  readonly path: string;
  readonly query: z.ZodType;
  readonly answer: z.ZodType | null;
  readonly handle: (asked: Asked) => unknown;
}

/** What a test may change about the person and the chain. */
export interface FixtureState {
  permissions: Permission[];
  organizations: z.infer<typeof myOrganizations>['items'];
  exceptions: Record<string, ExceptionRow[]>;
  failedMessages: Record<string, FailedMessageRow[]>;
  /** Events that fail whenever they are tried. */
  indigestible: string[];
  /** Nothing was ever sold, counted, added. */
  empty: boolean;
}
export const freshState = (): FixtureState => ({
  permissions: [...OWNER],
  organizations: [{ alias: TENANT.slug, name: TENANT.name, kind: 'tenant', tenantId: TENANT.id }],
  exceptions: structuredClone(EXCEPTIONS),
  failedMessages: {},
  indigestible: [],
  empty: false,
});

const none = z.strictObject({});
/** A page by offset: the cursor is opaque to the back office, so any will do. */
const paged = <T>(rows: readonly T[], { limit, cursor }: { limit: number; cursor?: string | undefined }) => {
  const from = Number(cursor ?? 0);
  const end = from + limit;
  return { items: rows.slice(from, end), ...(end < rows.length ? { nextCursor: String(end) } : {}) };
};
const found = <T>(row: T | null | undefined): T => {
  if (row === null || row === undefined) throw new Refusal('NX-1002');
  return row;
};
const has = (text: string | null, search: string | undefined) =>
  search === undefined || (text ?? '').toLowerCase().includes(search.toLowerCase());

/** A route whose handler sees its query as the contract reads it. */
const get = <Q extends z.ZodType>(
  path: string,
  query: Q,
  answer: z.ZodType,
  handle: (query: z.output<Q>, path: Asked['path'], asked: Asked) => unknown,
): FixtureRoute => ({
  method: 'GET',
  path: `/api/${path}`,
  query,
  answer,
  handle: (asked) => handle(asked.query as z.output<Q>, asked.path, asked),
});

const people = (state: FixtureState): FixtureRoute[] => [
  {
    method: 'POST',
    path: '/api/identity/token',
    query: tokenQuery,
    answer: tokenAnswer,
    handle: ({ bearer }) => {
      const named = /organization:(\S+)/.exec(scopeOf(bearer))?.[1];
      if (!state.organizations.some(({ alias }) => alias === named)) throw new Refusal('NX-2004');
      return { accessToken: `nexus-${named ?? ''}`, expiresIn: 300 };
    },
  },
  get('identity/me/organizations', none, myOrganizations, () => ({ items: state.organizations })),
  get('identity/me', none, meAnswer, () => ({
    subject: PERSON.sub,
    kind: 'person',
    tenant: TENANT,
    permissions: state.permissions,
    branches: null,
    staff: { id: STAFF[0]?.id, code: STAFF[0]?.code, name: PERSON.name, grants: STAFF[0]?.grants },
  })),
  get('identity/branches', pageQuery, pageOf(branchFacts), (query) => paged(state.empty ? [] : BRANCHES, query)),
  get('identity/terminals', pageQuery, pageOf(terminalFacts), (query) => paged(state.empty ? [] : TERMINALS, query)),
  get('identity/staff', pageQuery, pageOf(staffRow), (query) => paged(STAFF, query)),
];

const books = (state: FixtureState): FixtureRoute[] => [
  get('sales/days', dayTotalsQuery, dayTotals, ({ from, to, branch }) =>
    state.empty ? { latest: null, rows: [] } : { latest: TODAY, rows: dayRows(from, to, branch) },
  ),
  get('sales/hours', hourTotalsQuery, hourTotals, ({ date, branch }) => ({
    rows: state.empty ? [] : hourRows(date, branch),
  })),
  get('sales/transactions', transactionListQuery, transactionPage, (query) =>
    paged(
      SALES.filter(
        (sale) =>
          !state.empty &&
          (query.branch === undefined || sale.branch === query.branch) &&
          (query.kind === undefined || sale.kind === query.kind) &&
          (query.businessDate === undefined || sale.businessDate === query.businessDate) &&
          (query.receipt === undefined || sale.receipt?.number === query.receipt),
      ),
      query,
    ),
  ),
  get('sales/transactions/:key', none, transactionDetail, (_query, path) =>
    found(SALES.find(({ key }) => key === path['key'])),
  ),
  get('sync/terminals', pageQuery, terminalJournalPage, (query) => paged(state.empty ? [] : JOURNALS, query)),
  get('sync/entries/:id', journalEntryQuery, journalEntryDetail, (_query, path) => found(entryOf(path['id'] ?? ''))),
];

const goods = (state: FixtureState): FixtureRoute[] => [
  get('catalog/products', productListQuery, productPage, (query) =>
    paged(
      PRODUCTS.filter(
        ({ description, code, active }) =>
          !state.empty &&
          (has(description, query.search) || has(code, query.search)) &&
          (query.active === undefined || String(active) === query.active),
      ),
      query,
    ),
  ),
  get('catalog/products/by-barcode/:barcode', none, barcodeAnswer, (_query, path) => ({
    product: found(PRODUCTS.find(({ barcodes }) => barcodes.includes(path['barcode'] ?? ''))),
    variant: null,
  })),
  get('catalog/products/:id', none, productFacts, (_query, path) =>
    found(PRODUCTS.find(({ id }) => id === path['id'])),
  ),
  get('catalog/tax-groups', none, taxGroupList, () => ({
    items: [
      { code: 'standard', name: 'Standard rate', components: [{ code: 'VAT', rate: 150_000 }] },
      { code: 'zero', name: 'Zero rate', components: [{ code: 'VAT', rate: 0 }] },
    ],
  })),
  get('inventory/stock/summary', none, stockSummary, () => ({
    branches: (state.empty ? [] : BRANCHES.slice(0, 12)).map(({ id }) => {
      const rows = STOCK.filter(({ branch }) => branch === id);
      return {
        branch: id,
        products: rows.length,
        units: rows.reduce((sum, { onHand }) => sum + onHand, 0),
        below: rows.filter(({ onHand }) => onHand < 0).length,
      };
    }),
  })),
  get('inventory/stock', stockListQuery, stockPage, (query) =>
    paged(
      STOCK.filter(
        (row) =>
          !state.empty &&
          (query.branch === undefined || row.branch === query.branch) &&
          (query.product === undefined || row.product === query.product) &&
          (query.below !== 'true' || row.onHand < 0) &&
          (has(row.description, query.search) || has(row.code, query.search)),
      ),
      query,
    ),
  ),
  get('inventory/movements', movementListQuery, movementPage, (query) => paged(movementsOf(query.product), query)),
];

const exceptions = (state: FixtureState, service: string): FixtureRoute[] => [
  get(`${service}/exceptions`, exceptionListQuery, exceptionPage, (query) =>
    paged(
      (state.exceptions[service] ?? []).filter(
        (row) =>
          !state.empty &&
          (query.open === 'false' || row.settledAt === null) &&
          (query.kind === undefined || row.kind === query.kind),
      ),
      query,
    ),
  ),
  {
    method: 'POST',
    path: `/api/${service}/exceptions/:id/settlement`,
    query: none,
    answer: null,
    handle: ({ path, body }) => {
      const { note } = exceptionSettlement.parse(body);
      const row = found(state.exceptions[service]?.find(({ id }) => id === path['id']));
      if (row.settledAt !== null) throw new Refusal('NX-1006');
      Object.assign(row, { settledAt: new Date(NOW).toISOString(), settledBy: PERSON.sub, note });
    },
  },
];

/** One more try: what can be digested leaves the list. */
const retried = (state: FixtureState, service: string, row: FailedMessageRow): boolean => {
  if (state.indigestible.includes(row.event)) {
    row.attempts += 1;
    return false;
  }
  state.failedMessages[service] = (state.failedMessages[service] ?? []).filter((one) => one !== row);
  return true;
};

const messages = (state: FixtureState, service: string): FixtureRoute[] => [
  get(`${service}/failed-messages`, failedMessageListQuery, failedMessagePage, ({ limit }) =>
    paged(state.failedMessages[service] ?? [], { limit }),
  ),
  {
    method: 'POST',
    path: `/api/${service}/failed-messages/:event/retry`,
    query: none,
    answer: failedMessageRetryAnswer,
    handle: ({ path }) => {
      const row = found(state.failedMessages[service]?.find(({ event }) => event === path['event']));
      return retried(state, service, row) ? { outcome: 'digested' } : { outcome: 'failed', error: row.error };
    },
  },
  {
    method: 'POST',
    path: `/api/${service}/failed-messages/retries`,
    query: none,
    answer: failedMessageRetriesAnswer,
    handle: ({ body }) => {
      failedMessageRetries.parse(body);
      const outcomes = (state.failedMessages[service] ?? []).map((row) => retried(state, service, row));
      return { digested: outcomes.filter((so) => so).length, failed: outcomes.filter((so) => !so).length };
    },
  },
];

export const fixtureRoutes = (state: FixtureState): FixtureRoute[] => [
  ...people(state),
  ...books(state),
  ...goods(state),
  ...['sync', 'sales', 'inventory', 'catalog'].flatMap((service) => exceptions(state, service)),
  ...SERVICES.flatMap((service) => messages(state, service)),
];
