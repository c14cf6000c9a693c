import { Cart } from './cart/cart.ts';
import { AccessTokens } from './enrolment/access-token.ts';
import { enrol, type EnrolResult } from './enrolment/enrol.ts';
import { exportJournal } from './journal/export-journal.ts';
import { JournalWriter, type Approval } from './journal/journal-writer.ts';
import { resetChain } from './journal/reset-chain.ts';
import type { TillPorts } from './ports/ports.ts';
import { readCatalogueRevision, readTaxGroups } from './product/apply-feed.ts';
import { printReceipt, type Receipt } from './receipt/receipt.ts';
import { finishReturn, type FinishReturnRequest, type FinishReturnResult } from './return/finish-return.ts';
import { finishSale, type FinishSaleRequest, type FinishSaleResult } from './sale/finish-sale.ts';
import { cashOfShift, type CashMovement } from './shift/cash.ts';
import { closeShift, type CloseShiftResult } from './shift/close-shift.ts';
import { moveCash, openDrawer, type CashMoveRequest, type CashMoveResult } from './shift/move-cash.ts';
import { openShift, type OpenShiftRequest, type OpenShiftResult } from './shift/open-shift.ts';
import { readOpenShift, type OpenShift } from './shift/shift.ts';
import { countStock, type CountedLine, type CountStockResult } from './stock/count-stock.ts';
import { readSetting } from './store/settings.ts';
import { Store } from './store/store.ts';
import { SyncEngine, type SyncOptions } from './sync/sync-engine.ts';
import { factsOf, type TillContext, type TillFacts, type TillState } from './till-context.ts';
import { cancelTransaction, type CancelResult } from './void/cancel-transaction.ts';
import { postVoid, type PostVoidResult } from './void/post-void.ts';
import { voidLine, type VoidLineResult } from './void/void-line.ts';

export interface TillOptions {
  readonly appVersion: string;
  /** Names the hardware in every entry, as the platform's operator knows it. */
  readonly device?: string;
  readonly sync?: SyncOptions;
}

export class TillInUseError extends Error {
  override readonly name = 'TillInUseError';
}

/**
 * One till: everything a screen, a test or a load generator does with it. Each method is one use case, which lives in
 * its noun's folder; this only puts them together. There is one writer for each till: opening takes the lock.
 */
export class Till {
  /** For look-ups and tools beside the till: products, receipts, uploads prepared by hand. */
  readonly context: TillContext;
  readonly sync: SyncEngine;
  readonly #lock: { release(): Promise<void> };

  private constructor(context: TillContext, sync: SyncEngine, lock: { release(): Promise<void> }) {
    this.context = context;
    this.sync = sync;
    this.#lock = lock;
  }

  /** Opens the till's database, brings it up and goes on where it stood. Rejects with `TillInUseError`. */
  static async open(ports: TillPorts, options: TillOptions): Promise<Till> {
    const lock = await ports.lock.acquire();
    if (!lock) throw new TillInUseError('this till is open somewhere else');
    let store: Store | null = null;
    try {
      store = new Store(await ports.openDatabase());
      await store.migrate();
      const state = await readState(store);
      const journal = await JournalWriter.open({ store, ports, state, made: options });
      const context: TillContext = { ports, store, journal, state };
      return new Till(context, new SyncEngine(context, new AccessTokens(ports), options.sync), lock);
    } catch (error) {
      await store?.close();
      await lock.release();
      throw error;
    }
  }

  get facts(): TillFacts | null {
    return this.context.state.facts;
  }
  get shift(): OpenShift | null {
    return this.context.state.shift;
  }

  enrol(code: string): Promise<EnrolResult> {
    return enrol(this.context, code);
  }
  openShift(request: OpenShiftRequest): Promise<OpenShiftResult> {
    return this.#poking(openShift(this.context, request));
  }
  closeShift(countedMinor: number): Promise<CloseShiftResult> {
    return this.#poking(closeShift(this.context, countedMinor));
  }
  /** What moved cash in the open shift, line by line; their sum is the expected cash. */
  async cash(): Promise<CashMovement[]> {
    return this.shift ? cashOfShift(this.context.store, this.shift.id) : [];
  }
  moveCash(request: CashMoveRequest): Promise<CashMoveResult> {
    return this.#poking(moveCash(this.context, request));
  }
  openDrawer(reason: string, approvals?: readonly Approval[]): Promise<string> {
    return this.#poking(openDrawer(this.context, reason, approvals));
  }
  newCart(): Cart {
    return new Cart(this.context.journal.newId(), factsOf(this.context.state).branch.currency);
  }
  finishSale(request: FinishSaleRequest): Promise<FinishSaleResult> {
    return this.#poking(finishSale(this.context, request));
  }
  finishReturn(request: FinishReturnRequest): Promise<FinishReturnResult> {
    return this.#poking(finishReturn(this.context, request));
  }
  voidLine(cart: Cart, n: number, approvals?: readonly Approval[]): Promise<VoidLineResult> {
    return this.#poking(voidLine(this.context, cart, n, approvals));
  }
  cancelTransaction(cart: Cart, approvals?: readonly Approval[]): Promise<CancelResult> {
    return this.#poking(cancelTransaction(this.context, cart, approvals));
  }
  postVoid(transaction: string, approvals: readonly Approval[]): Promise<PostVoidResult> {
    return this.#poking(postVoid(this.context, transaction, approvals));
  }
  countStock(lines: readonly CountedLine[], options?: { readonly opening?: boolean }): Promise<CountStockResult> {
    return this.#poking(countStock(this.context, lines, options));
  }
  printReceipt(transaction: string): Promise<Receipt | null> {
    return this.#poking(printReceipt(this.context, transaction));
  }
  exportJournal(chain?: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    return exportJournal(this.context, chain);
  }
  resetChain(reason: string): Promise<{ readonly chain: string }> {
    return this.#poking(resetChain(this.context, reason));
  }

  /** Stops syncing, closes the database and gives the lock back. */
  async close(): Promise<void> {
    await this.sync.stop();
    await this.context.store.close();
    await this.#lock.release();
  }

  /** New entries are sent as soon as the line allows. */
  async #poking<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    this.sync.poke();
    return result;
  }
}

const readState = async (store: Store): Promise<TillState> => ({
  facts: await readSetting<TillFacts>(store, 'facts'),
  shift: await readOpenShift(store),
  drawer: await readSetting<string>(store, 'drawer'),
  taxGroups: await readTaxGroups(store),
  catalogueRevision: await readCatalogueRevision(store),
  serverOffsetMs: null,
});
