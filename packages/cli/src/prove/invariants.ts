import type { AuditFinding, SalesFigures } from '@nexus/contracts';
import type { Evidence, TerminalEvidence } from './gather.ts';
import type { Invariant } from './proof.ts';

/** Everything that the evidence can be held against. */
export const invariantsOf = (evidence: Evidence): Invariant[] => [
  everyBookReached(evidence),
  everyTerminalKnown(evidence),
  journalIsTransactionLog(evidence),
  transactionLogIsStock(evidence),
  noFailedMessages(evidence),
  ...findingsOf(evidence),
];

const invariant = (name: string, broken: readonly string[], fine: string): Invariant => ({
  name,
  holds: broken.length === 0,
  detail:
    broken.length === 0
      ? fine
      : `${broken.slice(0, 5).join('; ')}${broken.length > 5 ? `; ${broken.length - 5} more` : ''}`,
});

/** Without this the others would compare yesterday with today. */
function everyBookReached({ terminals, behind }: Evidence): Invariant {
  const late = terminals.flatMap(({ terminal, transactions, stock }) => [
    ...(transactions.reached ? [] : [`sales has not passed the watermark of terminal ${terminal}`]),
    ...(stock.reached ? [] : [`inventory has not passed the watermark of terminal ${terminal}`]),
  ]);
  const lagging = behind.map((who) => `${who}: events not yet read`);
  return invariant(
    'common-watermark',
    [...late, ...lagging],
    `${terminals.length} terminals, every service has passed`,
  );
}

/** A journal of a terminal that identity does not know (any more): its sales count, but nobody can say where they were. */
function everyTerminalKnown({ structure, terminals }: Evidence): Invariant {
  const unknown = terminals.filter((one) => !structure.terminals.some((facts) => facts.id === one.terminal));
  return invariant(
    'every-terminal-known',
    unknown.map((one) => `identity does not know terminal ${one.terminal}`),
    `${structure.terminals.length} terminals`,
  );
}

/** Invariant 7, first half: for each terminal and currency the same counts and sums to the last minor unit. */
function journalIsTransactionLog({ terminals }: Evidence): Invariant {
  const broken = terminals.flatMap(({ terminal, journal, transactions }) =>
    differences(journal.figures, transactions.figures).map((what) => `terminal ${terminal}: ${what}`),
  );
  return invariant('journal-equals-transaction-log', broken, `${terminals.length} terminals, every figure equal`);
}

const FIGURES = [
  'sales',
  'refunds',
  'saleLines',
  'refundLines',
  'grossSalesMinor',
  'grossRefundsMinor',
  'unitsSold',
  'unitsReturned',
  'voids',
  'grossVoidedMinor',
] as const satisfies readonly (keyof SalesFigures)[];

/** What two books say differently, e.g. `GHS sales 12 ≠ 11`. A currency that one does not know counts as zeros. */
function differences(journal: readonly SalesFigures[], book: readonly SalesFigures[]): string[] {
  const currencies = new Set([...journal, ...book].map((one) => one.currency));
  return [...currencies].sort().flatMap((currency) => {
    const a = journal.find((one) => one.currency === currency);
    const b = book.find((one) => one.currency === currency);
    return FIGURES.filter((figure) => (a?.[figure] ?? 0) !== (b?.[figure] ?? 0)).map(
      (figure) => `${currency} ${figure} ${a?.[figure] ?? 0} ≠ ${b?.[figure] ?? 0}`,
    );
  });
}

/** Invariant 7, second half: every line of the transaction log moved its goods, once. */
function transactionLogIsStock({ terminals }: Evidence): Invariant {
  const broken = terminals.flatMap(({ terminal, transactions, stock }) =>
    (['saleLines', 'refundLines', 'unitsSold', 'unitsReturned'] as const).flatMap((figure) => {
      const booked = transactions.figures.reduce((sum, figures) => sum + figures[figure], 0);
      return booked === stock[figure] ? [] : [`terminal ${terminal}: ${figure} ${booked} ≠ ${stock[figure]}`];
    }),
  );
  return invariant('transaction-log-equals-stock', broken, `${terminals.length} terminals, every line moved once`);
}

function noFailedMessages({ eventLogs }: Evidence): Invariant {
  const failed = [...eventLogs].filter(([, log]) => log.failedMessages > 0);
  return invariant(
    'no-message-failed',
    failed.map(([service, log]) => `${service}: ${log.failedMessages} set aside`),
    'every message was digested',
  );
}

/** What each service found on its own rows; a finding of many terminals is one invariant. */
function findingsOf({ terminals, stock, eventLogs }: Evidence): Invariant[] {
  const all = [
    ...ofTerminals('sync', terminals, (one) => one.journal.findings),
    ...ofTerminals('sales', terminals, (one) => one.transactions.findings),
    ...stock.findings.map((finding) => ({ name: `inventory: ${finding.name}`, where: '', finding })),
    ...[...eventLogs].flatMap(([service, log]) =>
      log.findings.map((finding) => ({ name: `${service}: ${finding.name}`, where: '', finding })),
    ),
  ];
  return [...Map.groupBy(all, (one) => one.name)].map(([name, found]) => {
    const broken = found.filter(({ finding }) => !finding.holds);
    const fine = found.length === 1 ? (found[0]?.finding.detail ?? '') : `${found.length} terminals`;
    return invariant(
      name,
      broken.map(({ where, finding }) => where + finding.detail),
      fine,
    );
  });
}

const ofTerminals = (
  service: string,
  terminals: readonly TerminalEvidence[],
  findings: (terminal: TerminalEvidence) => readonly AuditFinding[],
): { name: string; where: string; finding: AuditFinding }[] =>
  terminals.flatMap((one) =>
    findings(one).map((finding) => ({
      name: `${service}: ${finding.name}`,
      where: `terminal ${one.terminal}: `,
      finding,
    })),
  );
