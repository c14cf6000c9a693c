import type { ProductFacts } from '@nexus/contracts';
import { createHeadlessTill, findByCode, lineForProduct, sendDisorderly } from '@nexus/terminal-headless';
import { poll, type Deadline } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import type { FileInvoice, SalesFile } from '../sales-file/sales-file.ts';
import type { StaffedTerminal } from './set-up-chain.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { PlannedInvoice, PlannedShift, TillPlan } from './till-plan.ts';
import { untilItGets } from './until-it-gets.ts';

type Till = Awaited<ReturnType<typeof createHeadlessTill>>;
type CartLine = Extract<ReturnType<typeof lineForProduct>, { ok: true }>['line'];

export interface Disorder {
  /** Each upload three times at once. */
  readonly duplicate: boolean;
  /** Uploads out of order, drawn with this. */
  readonly shuffle: (() => number) | undefined;
}

export interface DrivenTillOptions {
  readonly directory: string;
  readonly origin: string;
  readonly terminal: StaffedTerminal;
  readonly file: SalesFile;
  readonly plan: TillPlan;
  readonly disorder: Disorder;
}

/** A headless till that lives through its share of a sales file. */
export class DrivenTill {
  readonly terminal: StaffedTerminal;
  readonly plan: TillPlan;
  readonly #options: DrivenTillOptions;
  readonly #clock: SimulatedClock;
  readonly #till: Till;
  /** By index in the file: what the till's own copy of the catalogue has. */
  readonly #products: (ProductFacts | undefined)[] = [];
  uploads = 0;

  private constructor(options: DrivenTillOptions, clock: SimulatedClock, till: Till) {
    this.#options = options;
    this.terminal = options.terminal;
    this.plan = options.plan;
    this.#clock = clock;
    this.#till = till;
  }

  static async open(options: DrivenTillOptions): Promise<DrivenTill> {
    const clock = new SimulatedClock();
    const { directory, origin: platform } = options;
    return new DrivenTill(options, clock, await createHeadlessTill({ directory, platform, clock }));
  }

  /** Enrols with the code and loads the catalogue until it has every product of the file. */
  async begin(code: string, deadline: Deadline): Promise<void> {
    await untilItGets(() => this.#till.enrol(code), deadline);
    const complete = await poll(async () => {
      await untilItGets(() => this.#till.sync.refresh(), deadline);
      return (await this.#knowsAllProducts()) ? true : undefined;
    }, deadline);
    if (complete === undefined) {
      throw new CliError(`${this.terminal.facts.name} did not get the whole catalogue in time`);
    }
  }

  /** Counts the branch's opening stock, if this is the till that does. */
  async countOpening(): Promise<void> {
    const { opening } = this.plan;
    if (opening === undefined) return;
    const lines = [...opening.quantities].map(([index, quantity]) => {
      const product = this.#product(index);
      return { product: product.id, code: product.code, quantity };
    });
    const counted = await this.#clock.at(opening.at, () => this.#till.countStock(lines, { opening: true }));
    if (!counted.ok) throw new CliError(`the opening stock was refused: ${counted.reason}`);
  }

  /** Works a shift off: opens, sells and takes back each invoice at its own time, closes. */
  async work(shift: PlannedShift): Promise<void> {
    const { cashier } = this.terminal;
    const first = shift.invoices[0]?.at ?? 0;
    const opened = await this.#clock.at(first, () =>
      this.#till.openShift({ cashier, floatMinor: shift.floatMinor, businessDate: shift.businessDate }),
    );
    if (!opened.ok) throw new CliError(`the shift of ${shift.businessDate} did not open: ${opened.reason}`);
    for (const planned of shift.invoices) await this.#finish(planned);
    const last = shift.invoices.at(-1)?.at ?? first;
    await this.#clock.at(last, async () => {
      const counted = (await this.#till.cash()).reduce((sum, movement) => sum + movement.amount, 0);
      const closed = await this.#till.closeShift(counted);
      if (!closed.ok) throw new CliError(`the shift of ${shift.businessDate} did not close: ${closed.reason}`);
    });
  }

  /** Sends everything unsent, as disorderly as asked for, until the platform has acknowledged it. */
  async send(deadline: Deadline): Promise<void> {
    const { duplicate, shuffle } = this.#options.disorder;
    const before = await this.#till.sync.status();
    const limits = { entries: entriesPerUpload(before.unsent.entries, duplicate || !!shuffle), bytes: UPLOAD_BYTES };
    const options = { duplicate, limits, ...(shuffle !== undefined && { shuffle }) };
    const { uploads } = await untilItGets(() => sendDisorderly(this.#till, options), deadline);
    this.uploads += uploads;
    const { unsent } = await this.#till.sync.status();
    if (unsent.entries > 0) throw new CliError(`${this.terminal.facts.name} still holds ${unsent.entries} entries`);
  }

  /** Entries written so far. */
  get entries(): number {
    return this.#till.context.journal.head.seq;
  }

  close(): Promise<void> {
    return this.#till.close();
  }

  #finish({ invoice, at }: PlannedInvoice): Promise<void> {
    return this.#clock.at(at, async () => {
      const lines = invoice.lines.map((line) => this.#line(line));
      const finished = invoice.isReturn ? await this.#takeBack(lines) : await this.#sell(lines);
      if (!finished.ok) throw new CliError(`invoice ${invoice.number} was refused: ${finished.reason}`);
    });
  }

  #sell(lines: readonly CartLine[]) {
    const cart = this.#till.newCart();
    for (const line of lines) {
      const added = cart.addLine(line);
      if (!added.ok) throw new CliError(`a line was refused: ${added.reason}`);
    }
    return this.#till.finishSale({ cart, tenders: [{ type: CASH }] });
  }

  /** Goods without a receipt: the manager of the branch consents. */
  #takeBack(lines: readonly CartLine[]) {
    return this.#till.finishReturn({
      lines: lines.map((line) => ({ from: 'goods' as const, line })),
      tenders: [{ type: CASH }],
      approvals: [{ by: this.terminal.manager, how: 'code', why: 'return-without-receipt' }],
    });
  }

  #line(line: FileInvoice['lines'][number]): CartLine {
    const product = this.#product(line.product);
    const { currency } = this.terminal.branch;
    const made = lineForProduct(this.#till.context, product, currency, {
      quantity: line.quantity,
      overrideMinor: line.priceMinor,
    });
    if (!made.ok) throw new CliError(`${product.code} cannot be sold: ${made.reason}`);
    return made.line;
  }

  async #knowsAllProducts(): Promise<boolean> {
    const { products } = this.#options.file;
    for (const [index, { code }] of products.entries()) {
      if (this.#products[index] !== undefined) continue;
      const found = await findByCode(this.#till.context.store, code);
      if (found === null) return false;
      this.#products[index] = found;
    }
    return true;
  }

  #product(index: number): ProductFacts {
    const product = this.#products[index];
    if (product === undefined) throw new Error(`product ${index} was not loaded`);
    return product;
  }
}

/** Where uploads are to be shuffled or repeated there must be many of them, however little there is to send. */
const entriesPerUpload = (unsent: number, disorderly: boolean): number =>
  disorderly ? Math.min(100, Math.max(1, Math.ceil(unsent / 12))) : 500;

const CASH = 'cash';
const UPLOAD_BYTES = 4 * 1024 * 1024;
