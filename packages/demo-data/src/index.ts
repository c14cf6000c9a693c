export { makeCatalogue, type DemoProduct } from './catalogue.ts';
export { makeWeek, type DemoSaleLine, type WeekOptions } from './week.ts';
export { catalogueCsv, csvLine, salesCsv } from './csv.ts';
export { ean13, isEan13 } from './ean13.ts';
export { seededRandom, type SeededRandom } from './seeded-random.ts';
