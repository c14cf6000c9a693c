import { priceSale, type Discount, type LineInput, type PricedSale } from '@nexus/pricing';
import { mayBecome, type Transitions } from '../transitions.ts';

/** `writing`: its entry is on the way to the disk, and nobody else may finish it. */
export type CartState = 'open' | 'writing' | 'paid' | 'cancelled';

/** What was paid or cancelled is never open again; a write that failed has changed nothing, so the cart stays as it was. */
export const CART_TRANSITIONS: Transitions<CartState> = {
  open: ['writing'],
  writing: ['paid', 'cancelled', 'open'],
  paid: [],
  cancelled: [],
};

/** Most lines of one sale: what fits an entry. */
export const MAX_CART_LINES = 2000;

export type NewCartLine = Omit<LineInput, 'n'>;
export type AddLineResult =
  | { readonly ok: true; readonly n: number }
  | { readonly ok: false; readonly reason: 'cart-not-open' | 'too-many-lines' };

/**
 * A sale being put together. Line ids are never given twice: a line that was voided keeps its own, and is gone from
 * the cart only once the journal has it (`voidLine`).
 */
export class Cart {
  readonly id: string;
  readonly currency: string;
  #state: CartState = 'open';
  #lines: LineInput[] = [];
  #discounts: Discount[] = [];
  #nextLine = 1;

  constructor(id: string, currency: string) {
    this.id = id;
    this.currency = currency;
  }

  get state(): CartState {
    return this.#state;
  }
  get lines(): readonly LineInput[] {
    return this.#lines;
  }
  get discounts(): readonly Discount[] {
    return this.#discounts;
  }

  addLine(line: NewCartLine): AddLineResult {
    if (this.#state !== 'open') return { ok: false, reason: 'cart-not-open' };
    if (this.#lines.length >= MAX_CART_LINES) return { ok: false, reason: 'too-many-lines' };
    const n = this.#nextLine++;
    this.#lines.push({ ...line, n });
    return { ok: true, n };
  }

  /** Changes a line before payment: quantity, price override, discounts. False: no such line, or the cart is not open. */
  changeLine(n: number, change: Partial<Pick<LineInput, 'quantity' | 'unitPrice' | 'source' | 'discounts'>>): boolean {
    const index = this.#lines.findIndex((line) => line.n === n);
    const line = this.#lines[index];
    if (this.#state !== 'open' || !line) return false;
    this.#lines[index] = { ...line, ...change };
    return true;
  }

  /** Discounts of the whole sale, instead of those before. */
  setDiscounts(discounts: readonly Discount[]): boolean {
    if (this.#state !== 'open') return false;
    this.#discounts = [...discounts];
    return true;
  }

  /** The sale as it stands; `cash` as pricing wants it. */
  price(cash?: { readonly increment: number; readonly otherTenders: number }): PricedSale {
    return priceSale({
      currency: this.currency,
      lines: this.#lines,
      discounts: this.#discounts,
      ...(cash && { cash }),
    });
  }

  /** Only for the use cases that have written the entry which says so. */
  dropLine(n: number): void {
    this.#lines = this.#lines.filter((line) => line.n !== n);
  }

  /**
   * Ends the cart by what `write` puts on disk. From the first moment on a second tap on "pay" finds it no longer open;
   * where the write fails it is open again, since then nothing is on disk.
   */
  async end<T>(as: 'paid' | 'cancelled', write: () => Promise<T>): Promise<T> {
    this.#become('writing');
    try {
      const result = await write();
      this.#become(as);
      return result;
    } catch (error) {
      this.#become('open');
      throw error;
    }
  }

  #become(state: CartState): void {
    if (!mayBecome(CART_TRANSITIONS, this.#state, state)) {
      throw new Error(`a cart that is ${this.#state} cannot become ${state}`);
    }
    this.#state = state;
  }
}
