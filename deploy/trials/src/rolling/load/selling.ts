import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enrolmentCode, type StaffedTerminal, type TenantSession } from '@nexus/cli';
import { waitUntil } from '@nexus/local/process';
import { createHttpTransport, type Till } from '@nexus/terminal-core';
import { createHeadlessTill, findByCode, lineForProduct } from '@nexus/terminal-headless';
import type { RequestLog } from '../request-log.ts';
import { countingFetch } from './counting-fetch.ts';

export interface TillPlace {
  readonly session: TenantSession;
  readonly origin: string;
  readonly directory: string;
  readonly log: RequestLog;
}

/** What was sold: every one of these, and not one more, has to be in the books afterwards. */
export interface Sold {
  sales: number;
  lines: number;
  /** Minor units. */
  gross: number;
}

const FEED_TIMEOUT_MS = 120_000;
const PAUSE_MS = 200;
const SEND_TIMEOUT_MS = 120_000;
/** Thousandths. */
const OPENING_STOCK = 1_000_000_000;

/** A till of the terminal's own code, enrolled, with the whole catalogue. */
export async function openTill(place: TillPlace, { facts }: StaffedTerminal, codes: readonly string[]): Promise<Till> {
  const { session, origin, directory, log } = place;
  const transport = createHttpTransport({ fetch: countingFetch(log, 'till'), baseUrl: origin });
  const till = await createHeadlessTill({ directory: join(directory, facts.id), platform: transport });
  try {
    const enrolled = await till.enrol(await enrolmentCode(session.api, facts.id));
    if (!enrolled.ok) throw new Error(`${facts.name} was not enrolled: ${enrolled.reason}`);
    const complete = async (): Promise<boolean> => {
      await till.sync.refresh();
      for (const code of codes) if ((await findByCode(till.context.store, code)) === null) return false;
      return true;
    };
    await waitUntil(complete, { what: `the catalogue of ${facts.name}`, timeoutMs: FEED_TIMEOUT_MS });
    return till;
  } catch (error) {
    await till.close();
    throw error;
  }
}

/** A till that sells and sends, sale after sale. */
export class SellingTill {
  readonly sold: Sold = { sales: 0, lines: 0, gross: 0 };
  readonly till: Till;
  readonly #terminal: StaffedTerminal;
  readonly #codes: readonly string[];

  constructor(till: Till, terminal: StaffedTerminal, codes: readonly string[]) {
    this.till = till;
    this.#terminal = terminal;
    this.#codes = codes;
  }

  get written(): { readonly terminal: string; readonly entries: number } {
    return { terminal: this.#terminal.facts.id, entries: this.till.context.journal.head.seq };
  }

  /** Stock for whatever will be sold in its branch: selling what is not there would be an exception. */
  async countOpening(): Promise<void> {
    const lines = [];
    for (const code of this.#codes) {
      const product = await findByCode(this.till.context.store, code);
      if (product !== null) lines.push({ product: product.id, code, quantity: OPENING_STOCK });
    }
    const counted = await this.till.countStock(lines, { opening: true });
    if (!counted.ok) throw new Error(`the opening stock was refused: ${counted.reason}`);
    await this.finish();
  }

  async run(signal: AbortSignal): Promise<void> {
    const opened = await this.till.openShift({ cashier: this.#terminal.cashier, floatMinor: 0 });
    if (!opened.ok) throw new Error(`the shift did not open: ${opened.reason}`);
    while (!signal.aborted) {
      await this.#sell();
      await this.till.sync.send().catch(() => undefined); // counted where it was sent; what is unsent goes with the next
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends what is left. */
  async finish(): Promise<void> {
    await waitUntil(
      async () => {
        await this.till.sync.send({ heartbeat: true });
        return (await this.till.sync.status()).unsent.entries === 0;
      },
      { what: `${this.#terminal.facts.name} to have nothing unsent`, timeoutMs: SEND_TIMEOUT_MS },
    );
  }

  async #sell(): Promise<void> {
    const { context } = this.till;
    const cart = this.till.newCart();
    for (let line = 0; line < 2; line += 1) {
      const code = this.#codes[(this.sold.lines + line) % this.#codes.length] ?? '';
      const product = await findByCode(context.store, code);
      if (product === null) throw new Error(`${code} is not in the catalogue`);
      const made = lineForProduct(context, product, this.#terminal.branch.currency);
      if (!made.ok) throw new Error(`${code} cannot be sold: ${made.reason}`);
      const added = cart.addLine(made.line);
      if (!added.ok) throw new Error(`${code} was refused: ${added.reason}`);
    }
    const finished = await this.till.finishSale({ cart, tenders: [{ type: 'cash' }] });
    if (!finished.ok) throw new Error(`a sale was refused: ${finished.reason}`);
    this.sold.sales += 1;
    this.sold.lines += finished.priced.lines.length;
    this.sold.gross += finished.priced.totals.gross;
  }
}
