import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeCatalogue, makeWeek, salesCsv } from '@nexus/demo-data';
import type { Proof } from './prove/proof.ts';
import { expectedFigures, type ExpectedFigures } from './sales-file/expected-figures.ts';
import { readSalesFile } from './sales-file/read-sales-file.ts';
import { joinPlatform, type NexusCommand } from './test-support/nexus-command.ts';

const MINUTE_MS = 60_000;

let platform: NexusCommand;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-chain-'));
  platform = await joinPlatform();
}, 10 * MINUTE_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything in JSON; fails the test with what the command said where its exit code is another. */
async function nexus(args: string[], code = 0): Promise<Record<string, unknown>> {
  const done = await platform.nexus(...args);
  if (done.code !== code) throw new Error(`nexus ${args.join(' ')} exited with ${done.code}: ${done.stderr}`);
  return done.json;
}

async function newChain(name: string, currency: string, country: string): Promise<string> {
  const owner = `owner-${crypto.randomUUID()}@chain.example`;
  const args = ['--name', name, '--owner-email', owner, '--currency', currency, '--country', country];
  return (await nexus(['tenant', 'create', ...args]))['slug'] as string;
}

type Money = Readonly<Record<keyof ExpectedFigures, number | null>>;
const money = ({ sales, refunds, saleLines, refundLines, grossSalesMinor, grossRefundsMinor }: Money) => ({
  sales,
  refunds,
  saleLines,
  refundLines,
  grossSalesMinor,
  grossRefundsMinor,
});

/** The proof must hold and say what the file says: for the chain, each branch, each terminal. */
async function expectProof(slug: string, sales: string, currency: string, shape: [number, number]): Promise<Proof> {
  const proof = (await nexus(['prove', '--tenant', slug])) as unknown as Proof;
  const expected = expectedFigures(await readSalesFile(sales, currency), ...shape);
  expect(proof.invariants.filter((one) => !one.holds)).toEqual([]);
  expect(proof).toMatchObject({ currency, holds: true, totals: { gaps: 0, forks: 0, exceptions: 0 } });
  expect(money(proof.totals)).toEqual(expected.totals);
  expect(proof.branches.map(money)).toEqual(expected.branches);
  expect(proof.terminals.map(money)).toEqual(expected.terminals);
  for (const terminal of proof.terminals) expect(terminal.receivedThrough).toBe(terminal.tillHead);
  return proof;
}

/** Units that came back in all: what is left of a stock that was counted to sell out. */
async function unitsReturned(sales: string, currency: string): Promise<number> {
  const { invoices } = await readSalesFile(sales, currency);
  const back = invoices.filter((one) => one.isReturn).flatMap((one) => one.lines);
  return back.reduce((sum, line) => sum + line.quantity, 0) / 1000;
}

describe('a chain sells a few days', () => {
  let sales: string;
  beforeAll(async () => {
    sales = join(folder, 'week.csv');
    const products = makeCatalogue(5);
    const week = makeWeek({ seed: 5, products, firstDay: '2026-11-02', salesADay: 25 });
    await writeFile(sales, [...salesCsv(week)].join(''));
  });

  const simulate = (slug: string, ...flags: string[]): string[] => [
    'simulate',
    ...['--tenant', slug, '--sales', sales, '--branches', '2', '--terminals', '3'],
    ...flags,
  ];

  test(
    'with a network, and every figure comes out',
    async () => {
      const slug = await newChain('Online', 'GHS', 'GH');
      await nexus(simulate(slug));
      await expectProof(slug, sales, 'GHS', [2, 3]);
    },
    5 * MINUTE_MS,
  );

  test(
    'without one, then everything at once, three times and out of order; files, rebuilds and repetition change nothing',
    async () => {
      const slug = await newChain('Offline', 'GHS', 'GH');
      await nexus(simulate(slug, '--offline', '--duplicate', '--shuffle'));
      const proof = await expectProof(slug, sales, 'GHS', [2, 3]);
      expect(proof.totals.duplicatesAbsorbed).toBeGreaterThan(0);
      expect(proof.stock.units).toBeCloseTo(await unitsReturned(sales, 'GHS'), 3);

      const file = join(folder, 'terminal-1.journal');
      await nexus(['journal', 'export', '--tenant', slug, '--terminal', '1', '--file', file]);
      expect((await readFile(file, 'utf8')).startsWith('{"format":"nexus-journal-file"')).toBe(true);
      const imported = await nexus(['journal', 'import', '--tenant', slug, '--file', file]);
      expect(imported['entries']).toBe(proof.terminals[1]?.journalEntries);
      expect(imported['duplicates']).toBe(imported['entries']);

      expect(await nexus(['rebuild', 'sales', '--tenant', slug])).toMatchObject({ equal: true });
      await expectProof(slug, sales, 'GHS', [2, 3]);

      const again = await platform.nexus(...simulate(slug));
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('simulate wants a new chain');
    },
    5 * MINUTE_MS,
  );

  test(
    'as the demo chain: sold to the end once, then only proved; other sales are another chain’s',
    async () => {
      const { totals } = expectedFigures(await readSalesFile(sales, 'GHS'), 3, 6);
      const done = await nexus(['demo', '--sales', sales]);
      expect(done).toMatchObject({ inTheBooks: true, figures: totals, proof: { holds: true } });
      const again = await nexus(['demo', '--sales', sales]);
      expect(again).toMatchObject({
        tenant: done['tenant'],
        inTheBooks: true,
        figures: totals,
        proof: { holds: true },
      });
      expect(again).not.toHaveProperty('simulation');

      const fewer = join(folder, 'fewer.csv');
      await writeFile(fewer, (await readFile(sales, 'utf8')).split('\n').slice(0, 40).join('\n'));
      const other = await nexus(['demo', '--sales', fewer]);
      expect(other).toMatchObject({ inTheBooks: true, proof: { holds: true } });
      expect(other['tenant']).not.toEqual(done['tenant']);
    },
    5 * MINUTE_MS,
  );

  test(
    'is refused where the chain is not there',
    async () => {
      expect(await nexus(simulate('no-such-chain'), 1)).toMatchObject({ error: { code: 'NX-1002' } });
    },
    MINUTE_MS,
  );

  test(
    'is refused with a catalogue that has bad rows, and says which',
    async () => {
      const slug = await newChain('Bad rows', 'GHS', 'GH');
      const file = join(folder, 'bad.csv');
      await writeFile(file, 'code,description,price\na,A,1\nb,B,x\n');
      const refused = await nexus(['catalogue', 'import', '--tenant', slug, '--file', file], 1);
      expect(refused).toMatchObject({
        error: { code: 'CAT-1001', problem: { badRows: [{ line: 3 }], badRowsTotal: 1 } },
      });
    },
    2 * MINUTE_MS,
  );
});
