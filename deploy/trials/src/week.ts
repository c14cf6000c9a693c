import { Readable } from 'node:stream';
import { readSales, type SalesFile } from '@nexus/cli';
import { makeCatalogue, makeWeek, salesCsv } from '@nexus/demo-data';

/** A generated week of a Ghanaian chain, always the same for a seed. */
export const weekOfSales = (seed: number, salesADay: number): Promise<SalesFile> =>
  readSales(
    Readable.from(salesCsv(makeWeek({ seed, products: makeCatalogue(seed), firstDay: '2026-11-02', salesADay }))),
    'GHS',
  );
