import { createHash } from 'node:crypto';
import type { StaffedTerminal } from '@nexus/cli';
import type { TerminalFacts } from '@nexus/contracts';
import {
  createHttpTransport,
  findByCode,
  lineForProduct,
  type Cart,
  type Clock,
  type FinishSaleResult,
  type TenderInput,
  type Till,
} from '@nexus/terminal-core';
import { createHeadlessTill } from '@nexus/terminal-headless';
import { waitFor } from '@nexus/testkit';
import { breakableLine, type BreakableLine } from './breakable-line.ts';

const SECOND_MS = 1_000;
const DAY_MS = 24 * 3_600_000;
const UPLOAD_BYTES = 4 * 1024 * 1024;
const DEFAULT_ENTRIES = 500;
/** Scenarios happen on days that have passed: a clock that runs ahead is an exception of its own. */
const DAYS_AGO = 5;

/** What is sold: product code, thousandths (a piece unless given), price override in minor units. */
export interface Sold {
  readonly code: 'A' | 'B' | 'C';
  readonly quantity?: number;
  readonly priceMinor?: number;
}
export type Finished = Extract<FinishSaleResult, { ok: true }>;

/** A clock that moves when a trial says so. */
export class SetClock implements Clock {
  ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  nowMs(): number {
    return this.ms;
  }
  /** A time of day, UTC, so many days after the first. */
  set(day: number, time: `${number}:${number}`): void {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    this.ms = FIRST_DAY_MS + day * DAY_MS + (hours * 60 + minutes) * 60_000;
  }
}

/** One and the same for a whole suite, also for one that midnight falls into. */
const FIRST_DAY_MS = Math.floor(Date.now() / DAY_MS - DAYS_AGO) * DAY_MS;
/** The business date of that day in Accra, `YYYY-MM-DD`. */
export const dateOf = (day: number): string => new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10);

/** One device: a headless till in a folder, with a line and a clock of its own. */
export class ShopTill {
  readonly staffed: StaffedTerminal;
  readonly directory: string;
  readonly line: BreakableLine = breakableLine();
  readonly clock = new SetClock(0);
  readonly entriesPerUpload: number;
  readonly #origin: string;
  #till: Till | null = null;

  constructor(options: ShopTillOptions) {
    this.staffed = options.terminal;
    this.directory = options.directory;
    this.#origin = options.origin;
    this.entriesPerUpload = options.entriesPerUpload ?? DEFAULT_ENTRIES;
    this.clock.set(0, '09:00');
  }

  get terminal(): TerminalFacts {
    return this.staffed.facts;
  }
  get till(): Till {
    if (this.#till === null) throw new Error('this till is closed');
    return this.#till;
  }

  /** Opens the till, as after a power cut: whatever its folder holds is where it goes on. */
  async open(): Promise<Till> {
    this.#till = await createHeadlessTill({
      directory: this.directory,
      platform: createHttpTransport({ fetch: this.line.fetch, baseUrl: this.#origin }),
      clock: this.clock,
      sync: { limits: { entries: this.entriesPerUpload, bytes: UPLOAD_BYTES } },
    });
    return this.#till;
  }

  async close(): Promise<void> {
    await this.#till?.close();
    this.#till = null;
  }

  /** Enrols, takes the catalogue and opens a shift. */
  async begin(code: string): Promise<void> {
    const enrolled = await this.till.enrol(code);
    if (!enrolled.ok) throw new Error(`the till was not enrolled: ${enrolled.reason}`);
    await waitFor(
      async () => {
        await this.till.sync.refresh();
        return findByCode(this.till.context.store, 'C');
      },
      { what: 'the catalogue at the till', timeoutMs: 60_000, intervalMs: 100 },
    );
    await this.openShift();
  }

  async openShift(): Promise<void> {
    const opened = await this.till.openShift({ cashier: this.staffed.cashier, floatMinor: 10_000 });
    if (!opened.ok) throw new Error(`the shift did not open: ${opened.reason}`);
  }

  /** Closes the shift on an exact count. */
  async closeShift() {
    const counted = (await this.till.cash()).reduce((sum, { amount }) => sum + amount, 0);
    const closed = await this.till.closeShift(counted);
    if (!closed.ok) throw new Error(`the shift did not close: ${closed.reason}`);
    return closed;
  }

  async cart(sold: readonly Sold[]): Promise<Cart> {
    const cart = this.till.newCart();
    for (const { code, quantity, priceMinor } of sold) {
      const product = await findByCode(this.till.context.store, code);
      if (product === null) throw new Error(`the till does not know ${code}`);
      const made = lineForProduct(this.till.context, product, cart.currency, {
        ...(quantity !== undefined && { quantity }),
        ...(priceMinor !== undefined && { overrideMinor: priceMinor }),
      });
      if (!made.ok) throw new Error(`${code} cannot be sold: ${made.reason}`);
      cart.addLine(made.line);
    }
    return cart;
  }

  /** Sells and insists that it went well; a second passes. */
  async sell(sold: readonly Sold[] = [{ code: 'A' }], tenders?: readonly TenderInput[]): Promise<Finished> {
    const finished = await this.till.finishSale({
      cart: await this.cart(sold),
      tenders: tenders ?? [{ type: 'cash' }],
    });
    if (!finished.ok) throw new Error(`a sale was refused: ${finished.reason}`);
    this.clock.ms += SECOND_MS;
    return finished;
  }

  async sellTimes(times: number, priceMinor: number): Promise<void> {
    for (let sale = 0; sale < times; sale += 1) await this.sell([{ code: 'A', priceMinor }]);
  }

  /** Sends until nothing is unsent, again where the line broke. */
  async sendAll(): Promise<void> {
    await waitFor(
      async () => {
        await this.till.sync.send({ heartbeat: true });
        return (await this.till.sync.status()).unsent.entries === 0;
      },
      { what: 'nothing to be unsent', timeoutMs: 60_000 },
    );
  }

  /** Whatever bytes as the next line, as a till with a fault might write them; what it writes next stands behind it. */
  async writeRaw(line: string): Promise<void> {
    const { head } = this.till.context.journal;
    const bytes = Buffer.from(line);
    await this.till.context.store.run(
      `INSERT INTO journal_entry (chain_no, seq, hash, id, kind, at, bytes, sales_through, gross_through,
         receipts_through, hlc_wall, hlc_counter, line) VALUES (?, ?, ?, ?, 'raw', ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        head.chainNo,
        head.seq + 1,
        createHash('sha256').update(bytes).digest('hex'),
        this.till.context.journal.newId(),
        this.clock.ms,
        bytes.length,
        head.sales,
        head.gross,
        head.receipts,
        head.hlc[0],
        head.hlc[1],
        line,
      ],
    );
    await this.till.context.journal.reload();
  }

  /** Every line that this device holds, in order. */
  async lines(): Promise<string[]> {
    const rows = await this.till.context.store.all<{ line: string }>(
      'SELECT line FROM journal_entry ORDER BY chain_no, seq',
    );
    return rows.map(({ line }) => line);
  }
}

export interface ShopTillOptions {
  readonly terminal: StaffedTerminal;
  readonly directory: string;
  readonly origin: string;
  readonly entriesPerUpload?: number | undefined;
}

export async function openShopTill(options: ShopTillOptions): Promise<ShopTill> {
  const till = new ShopTill(options);
  await till.open();
  return till;
}
