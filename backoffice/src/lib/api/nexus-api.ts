import {
  barcodeAnswer,
  branchFacts,
  dayTotals,
  exceptionPage,
  failedMessagePage,
  hourTotals,
  failedMessageRetriesAnswer,
  failedMessageRetryAnswer,
  journalEntryDetail,
  meAnswer,
  movementPage,
  pageOf,
  productFacts,
  productPage,
  staffRow,
  stockPage,
  stockSummary,
  taxGroupList,
  terminalFacts,
  terminalJournalPage,
  transactionDetail,
  transactionPage,
} from '@nexus/contracts';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { Query, Requester } from './requester.ts';

const branchPage = pageOf(branchFacts);
const terminalPage = pageOf(terminalFacts);
const staffPage = pageOf(staffRow);

export type Transaction = z.infer<typeof transactionDetail>;
export type TransactionRow = z.infer<typeof transactionPage>['items'][number];
export type StockRow = z.infer<typeof stockPage>['items'][number];

/** Most pages of a list that is read whole (branches, terminals, staff): 200 rows each. */
const MAX_WHOLE_PAGES = 50;

/** Everything the back office asks of the platform, each answer in its contract's shape. */
export const createNexusApi = (request: Requester) => {
  const get = <T extends z.ZodType>(path: string, answer: T, query: Query = {}, signal?: AbortSignal) =>
    request({ method: 'GET', path: `/api/${path}`, query, answer, signal });

  /** A list that is read whole because others look names up in it. */
  const whole = async <T extends z.ZodType>(path: string, page: PageSchema<T>, signal?: AbortSignal) => {
    const rows: z.output<T>[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < MAX_WHOLE_PAGES; pages += 1) {
      const answer: PageOf<T> = await get(path, page, { limit: 200, cursor }, signal);
      rows.push(...answer.items);
      cursor = answer.nextCursor;
      if (cursor === undefined) break;
    }
    return rows;
  };

  return {
    me: (signal?: AbortSignal) => get('identity/me', meAnswer, {}, signal),
    branches: (signal?: AbortSignal) => whole('identity/branches', branchPage, signal),
    terminals: (signal?: AbortSignal) => whole('identity/terminals', terminalPage, signal),
    staff: (signal?: AbortSignal) => whole('identity/staff', staffPage, signal),

    days: (query: { from: string; to: string; branch?: string | undefined }, signal?: AbortSignal) =>
      get('sales/days', dayTotals, query, signal),
    hours: (query: { date: string; branch?: string | undefined }, signal?: AbortSignal) =>
      get('sales/hours', hourTotals, query, signal),
    transactions: (query: Query, signal?: AbortSignal) => get('sales/transactions', transactionPage, query, signal),
    transaction: (key: string, signal?: AbortSignal) =>
      get(`sales/transactions/${encodeURIComponent(key)}`, transactionDetail, {}, signal),

    journals: (signal?: AbortSignal) => whole('sync/terminals', terminalJournalPage, signal),
    /** The journal is found by place, which a transaction names; the id says which of a fork's two entries. */
    entry: (id: string, place: { terminal: string; chain: string; seq: number }, signal?: AbortSignal) =>
      get(
        `sync/entries/${encodeURIComponent(id)}`,
        journalEntryDetail,
        { terminal: place.terminal, chain: place.chain, seq: place.seq },
        signal,
      ),

    products: (query: Query, signal?: AbortSignal) => get('catalog/products', productPage, query, signal),
    product: (id: string, signal?: AbortSignal) =>
      get(`catalog/products/${encodeURIComponent(id)}`, productFacts, {}, signal),
    /** Null where no product that is on sale has this barcode. */
    productByBarcode: (barcode: string, signal?: AbortSignal) =>
      get(`catalog/products/by-barcode/${encodeURIComponent(barcode)}`, barcodeAnswer, {}, signal).catch(
        (error: unknown) => {
          if (error instanceof ApiError && error.code === 'NX-1002') return null;
          throw error;
        },
      ),
    taxGroups: (signal?: AbortSignal) => get('catalog/tax-groups', taxGroupList, {}, signal),

    stock: (query: Query, signal?: AbortSignal) => get('inventory/stock', stockPage, query, signal),
    stockSummary: (signal?: AbortSignal) => get('inventory/stock/summary', stockSummary, {}, signal),
    movements: (query: Query, signal?: AbortSignal) => get('inventory/movements', movementPage, query, signal),

    exceptions: (service: string, query: Query, signal?: AbortSignal) =>
      get(`${service}/exceptions`, exceptionPage, query, signal),
    settleException: (service: string, id: string, note: string) =>
      request({
        method: 'POST',
        path: `/api/${service}/exceptions/${encodeURIComponent(id)}/settlement`,
        body: { note },
        answer: null,
      }),
    failedMessages: (service: string, limit: number, signal?: AbortSignal) =>
      get(`${service}/failed-messages`, failedMessagePage, { limit }, signal),
    retryMessage: (service: string, event: string) =>
      request({
        method: 'POST',
        path: `/api/${service}/failed-messages/${encodeURIComponent(event)}/retry`,
        answer: failedMessageRetryAnswer,
      }),
    /** As many as fit one answer, from `after` on. */
    retryMessages: (service: string, after?: string) =>
      request({
        method: 'POST',
        path: `/api/${service}/failed-messages/retries`,
        body: after === undefined ? {} : { after },
        answer: failedMessageRetriesAnswer,
      }),
  };
};
export type NexusApi = ReturnType<typeof createNexusApi>;

type PageSchema<T extends z.ZodType> = ReturnType<typeof pageOf<T>>;
interface PageOf<T extends z.ZodType> {
  items: z.output<T>[];
  nextCursor?: string | undefined;
}
