import { describe, expect, test } from '@jest/globals';
import type { SalesFigures } from '@nexus/contracts';
import { deadlineIn } from '../bounded.ts';
import type { Audits, EventLogAudit, TransactionsAudit } from './audits.ts';
import { proofTable } from './proof-table.ts';
import { prove } from './prove.ts';

const id = (n: number): string => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const TENANT = { id: id(1), slug: 'kente', name: 'Kente Stores' };

const figures = (over: Partial<SalesFigures> = {}): SalesFigures => ({
  currency: 'GHS',
  sales: 10,
  refunds: 2,
  saleLines: 30,
  refundLines: 2,
  grossSalesMinor: 123_456,
  grossRefundsMinor: 789,
  unitsSold: 45_500,
  unitsReturned: 2000,
  voids: 0,
  grossVoidedMinor: 0,
  ...over,
});
const finding = (name: string, holds = true) => ({ name, holds, detail: holds ? 'every row' : '1 differs' });
const HEAD_EVENT = '01890000-0000-7000-8000-000000000007';
const eventLog = (over: Partial<EventLogAudit> = {}): EventLogAudit => ({
  epoch: 1,
  head: 7,
  headEvent: HEAD_EVENT,
  pending: 0,
  failedMessages: 0,
  cursors: [],
  findings: [finding('event-log-complete')],
  ...over,
});

/** Two terminals in two branches, all books equal; what a test is about is changed by `over`. */
function audits(over: Partial<Audits> = {}, currencyOfSecond = 'GHS'): Audits {
  const currencyOf = (terminal: string): string => (terminal === id(12) ? currencyOfSecond : 'GHS');
  const entity = { name: 'Kente Ltd', taxNumber: null, country: 'GH', fiscalYearStart: '01-01' };
  const branch = { brand: null, zone: 'Africa/Accra', dayCutoffMinutes: 0 };
  const key = { keyId: null, publicKey: null, chain: null, revokedAt: null };
  return {
    structure: async () => ({
      slug: 'kente',
      name: 'Kente Stores',
      legalEntities: [
        { ...entity, id: id(2), currency: 'GHS' },
        ...(currencyOfSecond === 'GHS' ? [] : [{ ...entity, id: id(3), currency: currencyOfSecond }]),
      ],
      branches: [
        { ...branch, id: id(21), index: 0, name: 'Osu', legalEntity: id(2), currency: 'GHS' },
        { ...branch, id: id(22), index: 1, name: 'Tema', legalEntity: id(2), currency: currencyOfSecond },
      ],
      terminals: [
        { ...key, id: id(12), index: 1, name: 'T2', branch: id(22), legalEntity: id(2) },
        { ...key, id: id(11), index: 0, name: 'T1', branch: id(21), legalEntity: id(2) },
      ],
    }),
    heads: async () => ({
      epoch: 1,
      terminals: [
        { terminal: id(11), number: 40, waiting: 0 },
        { terminal: id(12), number: 41, waiting: 0 },
      ],
    }),
    journal: async ({ terminal }) => ({
      journalEntries: 40,
      gaps: 0,
      forks: 0,
      duplicatesAbsorbed: 3,
      receivedThrough: 40,
      tillHead: 42,
      lastContact: '2026-11-02T10:00:00.000Z',
      exceptions: 1,
      figures: [figures({ currency: currencyOf(terminal) })],
      findings: [finding('chain-holds')],
    }),
    transactions: async ({ terminal }) => ({
      reached: true,
      exceptions: 0,
      figures: [figures({ currency: currencyOf(terminal) })],
      findings: [finding('sums')],
    }),
    terminalStock: async () => ({
      reached: true,
      saleLines: 30,
      refundLines: 2,
      unitsSold: 45_500,
      unitsReturned: 2000,
      exceptions: 1,
    }),
    stock: async () => ({
      movements: 64,
      units: 4500,
      branches: [{ branch: id(21), movements: 32, units: 4500, exceptions: 3 }],
      findings: [finding('levels')],
    }),
    eventLog: async (service) =>
      eventLog(
        service === 'inventory' ? { cursors: [{ source: 'sales', epoch: 1, position: 7, event: HEAD_EVENT }] } : {},
      ),
    ...over,
  };
}
const proved = (over: Partial<Audits> = {}, currency?: string) => prove(audits(over, currency), TENANT, deadlineIn(50));
const broken = async (over: Partial<Audits>): Promise<string[]> => {
  const proof = await proved(over);
  expect(proof.holds).toBe(proof.invariants.every((one) => one.holds));
  return proof.invariants.filter((one) => !one.holds).map((one) => one.name);
};
const transactions = async (over: Partial<TransactionsAudit>) => ({
  ...(await audits().transactions({ terminal: id(11), watermark: { epoch: 1, number: 40 } })),
  ...over,
});

describe('a proof', () => {
  test('adds terminals up to branches and the chain, in their order', async () => {
    const proof = await proved();
    expect(proof.holds).toBe(true);
    expect(proof.currency).toBe('GHS');
    expect(proof).not.toHaveProperty('byCurrency');
    expect(proof.branches[0]).not.toHaveProperty('currency');
    expect(proof.totals).toEqual({
      journalEntries: 80,
      gaps: 0,
      forks: 0,
      duplicatesAbsorbed: 6,
      // Two terminals with one of sync and one of inventory each, and two of the first branch that no terminal caused.
      exceptions: 6,
      sales: 20,
      refunds: 4,
      saleLines: 60,
      refundLines: 4,
      grossSalesMinor: 246_912,
      grossRefundsMinor: 1578,
    });
    expect(proof.branches.map(({ index, name, sales, exceptions }) => [index, name, sales, exceptions])).toEqual([
      [0, 'Osu', 10, 4],
      [1, 'Tema', 10, 2],
    ]);
    expect(
      proof.terminals.map(({ index, name, receivedThrough, tillHead }) => [index, name, receivedThrough, tillHead]),
    ).toEqual([
      [0, 'T1', 40, 42],
      [1, 'T2', 40, 42],
    ]);
    expect(proof.stock).toEqual({ movements: 64, units: 4.5 });
    expect(proofTable(proof)).toContain('1234.56 GHS');
  });

  test('of several currencies never adds them up', async () => {
    const proof = await proved({}, 'XOF');
    expect(proof).not.toHaveProperty('currency');
    expect(proof.byCurrency?.map((one) => [one.currency, one.sales])).toEqual([
      ['GHS', 10],
      ['XOF', 10],
    ]);
    // Counts add up; amounts do not, and say so.
    expect(proof.totals).toMatchObject({ sales: 20, refundLines: 4, grossSalesMinor: null, grossRefundsMinor: null });
    expect(proof.totals.byCurrency).toEqual(proof.byCurrency);
    expect(proof.branches[1]).toMatchObject({ currency: 'XOF', sales: 10, grossSalesMinor: 123_456 });
    expect(proof.terminals[0]).toMatchObject({ currency: 'GHS', grossSalesMinor: 123_456 });
    const table = proofTable(proof);
    expect(table).toContain('XOF: sales 123456');
    expect(table).toMatch(/Tema .*123456 XOF/);
    expect(table).toMatch(/Osu .*1234.56 GHS/);
  });

  test('asks every book at the watermark where the journals stood', async () => {
    const asked: unknown[] = [];
    await proved({
      transactions: (at) => (asked.push(at), transactions({})),
    });
    expect(asked).toEqual([
      { terminal: id(11), watermark: { epoch: 1, number: 40 } },
      { terminal: id(12), watermark: { epoch: 1, number: 41 } },
    ]);
  });

  test('names terminals that have not sent anything', async () => {
    const proof = await proved({
      heads: async () => ({ epoch: 1, terminals: [{ terminal: id(12), number: 1, waiting: 0 }] }),
    });
    expect(proof.terminals.map(({ name, sales, lastContact }) => [name, sales, lastContact])).toEqual([
      ['T1', 0, null],
      ['T2', 10, '2026-11-02T10:00:00.000Z'],
    ]);
  });

  test('waits until the books have passed', async () => {
    let looks = 0;
    const proof = await prove(
      audits({ transactions: () => transactions({ reached: (looks += 1) > 4 }) }),
      TENANT,
      deadlineIn(10_000),
    );
    expect(proof.holds).toBe(true);
  });
});

describe('what does not hold is named', () => {
  test('a book that does not get there in time', async () => {
    expect(await broken({ transactions: () => transactions({ reached: false }) })).toEqual(['common-watermark']);
  });

  test('a consumer that has not read all events', async () => {
    const eventLogs = async () =>
      eventLog({ cursors: [{ source: 'sales', epoch: 1, position: 6, event: HEAD_EVENT }] });
    expect(await broken({ eventLog: eventLogs })).toEqual(['common-watermark']);
  });

  test.each(['sales', 'refundLines', 'grossSalesMinor', 'grossRefundsMinor', 'voids'] as const)(
    'a transaction log with other %s',
    async (figure) => {
      const off = figures({ [figure]: 1 });
      expect(await broken({ transactions: () => transactions({ figures: [off] }) })).toContain(
        'journal-equals-transaction-log',
      );
    },
  );

  test('a transaction log without a currency that the journal has', async () => {
    expect(await broken({ transactions: () => transactions({ figures: [] }) })).toContain(
      'journal-equals-transaction-log',
    );
  });

  test('stock that moved other goods than were sold', async () => {
    const stock = {
      reached: true,
      saleLines: 30,
      refundLines: 2,
      unitsSold: 45_499,
      unitsReturned: 2000,
      exceptions: 0,
    };
    expect(await broken({ terminalStock: async () => stock })).toEqual(['transaction-log-equals-stock']);
  });

  test('a terminal that identity has forgotten, whose figures count all the same', async () => {
    const structure = async () => ({ ...(await audits().structure()), terminals: [] });
    expect(await broken({ structure })).toEqual(['every-terminal-known']);
    const proof = await proved({ structure });
    expect(proof.totals).toMatchObject({ sales: 20, exceptions: 7 });
    expect(proof.terminals.map((one) => one.name)).toEqual(['not known to identity', 'not known to identity']);
  });

  test('a log of another epoch that was not read yet', async () => {
    const eventLogs = async () =>
      eventLog({ cursors: [{ source: 'sales', epoch: 2, position: 9, event: HEAD_EVENT }] });
    expect(await broken({ eventLog: eventLogs })).toEqual(['common-watermark']);
  });

  test('a consumer that still stands in the log as it was before a restore', async () => {
    const other = '01890000-0000-7000-8000-000000000666';
    for (const cursor of [
      { source: 'sales', epoch: 1, position: 9, event: HEAD_EVENT },
      { source: 'sales', epoch: 1, position: 7, event: other },
    ]) {
      expect(await broken({ eventLog: async () => eventLog({ cursors: [cursor] }) })).toEqual(['common-watermark']);
    }
  });

  test('messages that were set aside', async () => {
    expect(await broken({ eventLog: async () => eventLog({ failedMessages: 1 }) })).toEqual(['no-message-failed']);
  });

  test('what a service found on its own rows', async () => {
    const wrong = [finding('sums', false)];
    expect(await broken({ transactions: () => transactions({ findings: wrong }) })).toEqual(['sales: sums']);
  });
});
