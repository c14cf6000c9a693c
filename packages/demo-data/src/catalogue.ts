import { ean13 } from './ean13.ts';
import { FAMILIES, type Family } from './families.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

/** A product of the trial chain. */
export interface DemoProduct {
  readonly code: string;
  readonly description: string;
  /** Tax included, pesewas; for `kg` the price of one kilogram. */
  readonly priceMinor: number;
  readonly barcode: string;
  readonly unit: 'ea' | 'kg';
  readonly taxGroup: 'standard' | 'exempt';
  readonly department: string;
  /** How often it is bought, against the others. */
  readonly weight: number;
}

interface Draft {
  readonly family: Family;
  readonly name: string;
  readonly cedis: number;
}

/** What such a chain has on its shelves: `count` products (default 3,000), the same for the same seed. */
export function makeCatalogue(seed: number, count = 3000): DemoProduct[] {
  const random = seededRandom(seed);
  const drafts = FAMILIES.flatMap((family) => draftsOf(family, random));
  if (count > drafts.length) throw new RangeError(`there are only ${drafts.length} products to choose from`);
  const kept = sample(drafts, count, random);
  const numbers = new Map<string, number>();
  return kept.map(({ family, name, cedis }, at) => {
    const number = (numbers.get(family.prefix) ?? 0) + 1;
    numbers.set(family.prefix, number);
    return {
      code: `${family.prefix}-${String(number).padStart(4, '0')}`,
      description: name,
      priceMinor: pricePoint(cedis),
      barcode: ean13(20, at + 1),
      unit: family.unit ?? 'ea',
      taxGroup: family.taxGroup ?? 'standard',
      department: family.department,
      // A few products are bought all the time, most of them now and then.
      weight: family.weight / (1 + random.geometric(12, 200)),
    };
  });
}

function draftsOf(family: Family, random: SeededRandom): Draft[] {
  return family.brands.flatMap((brand) => {
    const dearness = 0.85 + random.next() * 0.4;
    return family.kinds.flatMap((kind) =>
      family.sizes.map(([size, factor]) => ({
        family,
        name: [brand, kind, size].filter((part) => part !== '').join(' '),
        cedis: family.cedis * factor * dearness * (0.95 + random.next() * 0.1),
      })),
    );
  });
}

/** Some of them, in their order. */
function sample<T>(all: readonly T[], count: number, random: SeededRandom): T[] {
  let wanted = count;
  return all.filter((_, at) => {
    const taken = random.next() < wanted / (all.length - at);
    if (taken) wanted -= 1;
    return taken;
  });
}

/** Prices as they stand on shelves: halves of a cedi, whole cedis from 50 on, fives from 200 on. */
function pricePoint(cedis: number): number {
  const step = cedis >= 200 ? 500 : cedis >= 50 ? 100 : 50;
  return Math.max(step, Math.round((cedis * 100) / step) * step);
}
