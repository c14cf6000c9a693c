import type { DemoProduct } from './catalogue.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';
import { chooser } from './chooser.ts';
import { timesOfDay } from './times-of-day.ts';

/** One line of one sale or return; the lines of an invoice follow each other. */
export interface DemoSaleLine {
  /** Running number; `C` in front marks a return. */
  readonly invoice: string;
  readonly code: string;
  readonly description: string;
  /** Thousandths of the product's unit; negative in a return. */
  readonly quantity: number;
  /** Time at the branch, `YYYY-MM-DDTHH:MM:SS`. */
  readonly at: string;
  /** Unit price, tax included, pesewas. */
  readonly priceMinor: number;
}

export interface WeekOptions {
  readonly seed: number;
  readonly products: readonly DemoProduct[];
  /** First day, `YYYY-MM-DD`: a Monday makes Saturday the busy day. */
  readonly firstDay: string;
  /** Sales of an ordinary weekday, all tills together. Default 500. */
  readonly salesADay?: number;
}

const FIRST_INVOICE = 100_001;
/** Monday to Sunday, against an ordinary day. */
const DAYS = [0.9, 0.85, 0.95, 1, 1.25, 1.6, 0.7];
const RETURN_SHARE = 0.025;
const MARKDOWN_SHARE = 0.03;
/** Past sale lines that somebody may still bring back. */
const REMEMBERED = 300;

/** A busy week of the chain: baskets, rush hours, markdowns, returns. The same for the same options. */
export function* makeWeek(options: WeekOptions): Generator<DemoSaleLine> {
  const random = seededRandom(options.seed);
  const choose = chooser(options.products, (product) => product.weight);
  const sold: DemoSaleLine[] = [];
  let number = FIRST_INVOICE;
  for (const [day, factor] of DAYS.entries()) {
    const date = dayAfter(options.firstDay, day);
    const sales = Math.round((options.salesADay ?? 500) * factor * (0.95 + random.next() * 0.1));
    for (const time of timesOfDay(sales, day === 6, random)) {
      const at = `${date}T${time}`;
      const back = sold.length > 0 && random.chance(RETURN_SHARE);
      const lines = back ? bringBack(`C${number}`, at, sold, random) : buy(String(number), at, choose, random);
      number += 1;
      yield* lines;
      if (!back) remember(sold, random.pick(lines), random);
    }
  }
}

/** A basket: mostly a handful of products, seldom one for the whole month. */
function buy(
  invoice: string,
  at: string,
  choose: (random: SeededRandom) => DemoProduct,
  random: SeededRandom,
): DemoSaleLine[] {
  const size = 1 + random.geometric(random.chance(0.06) ? 16 : 3.2, 45);
  const basket = new Map<string, DemoProduct>();
  for (let at = 0; at < size; at += 1) {
    const product = choose(random);
    basket.set(product.code, product);
  }
  return [...basket.values()].map((product) => {
    const { code, description } = product;
    return {
      invoice,
      code,
      description,
      quantity: quantityOf(product, random),
      at,
      priceMinor: priceOf(product, random),
    };
  });
}

function quantityOf(product: DemoProduct, random: SeededRandom): number {
  // Scales weigh in steps of 5 g.
  if (product.unit === 'kg') return 5 * random.whole(40, 500);
  const cheap = product.priceMinor < 1000;
  return 1000 * (1 + random.geometric(cheap ? 0.9 : 0.25, 24));
}

/** Now and then a price is taken down by 10 to 30 %, to the next ten pesewas. */
function priceOf(product: DemoProduct, random: SeededRandom): number {
  if (!random.chance(MARKDOWN_SHARE)) return product.priceMinor;
  return Math.max(10, Math.round((product.priceMinor * random.whole(70, 90)) / 1000) * 10);
}

/** Something sold earlier comes back, at the price that was paid: all of it or, of several pieces, some. */
function bringBack(invoice: string, at: string, sold: DemoSaleLine[], random: SeededRandom): DemoSaleLine[] {
  const index = random.whole(0, sold.length - 1);
  const [line] = sold.splice(index, 1);
  if (line === undefined) throw new RangeError('nothing was sold yet');
  const pieces = line.quantity / 1000;
  const back = Number.isInteger(pieces) ? 1000 * random.whole(1, pieces) : line.quantity;
  return [{ ...line, invoice, at, quantity: -back }];
}

function remember(sold: DemoSaleLine[], line: DemoSaleLine, random: SeededRandom): void {
  if (sold.length < REMEMBERED) sold.push(line);
  else sold[random.whole(0, REMEMBERED - 1)] = line;
}

const dayAfter = (first: string, days: number): string =>
  new Date(Date.parse(`${first}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
