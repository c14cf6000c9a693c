import { exponentOf, toDecimal } from '@nexus/money';
import { tableOf } from '../output/output.ts';
import type { Proof, ProofRow } from './proof.ts';

const HEAD = ['', 'entries', 'sales', 'lines', 'gross', 'refunds', 'lines', 'gross', 'gaps', 'forks', 'dupl.', 'exc.'];

/** The proof for people: a line for each terminal and branch, then what holds and what does not. */
export function proofTable(proof: Proof): string {
  const named = (row: ProofRow & { name: string }): string[] => cells(proof, row.name, row);
  const rows = [
    ...proof.terminals.map(named),
    ...proof.branches.map(named),
    cells(proof, `${proof.tenant.name} in all`, proof.totals),
  ];
  const money = proof.byCurrency?.map((one) => `${one.currency}: ${amounts(one.currency, one)}`) ?? [];
  const unsent = proof.terminals.filter((one) => one.tillHead > one.receivedThrough);
  return [
    tableOf(HEAD, rows),
    ...money,
    `stock: ${proof.stock.units} units after ${proof.stock.movements} movements`,
    ...unsent.map((one) => `${one.name} still holds ${one.tillHead - one.receivedThrough} entries`),
    tableOf(
      ['', 'invariant', ''],
      proof.invariants.map((one) => [one.holds ? 'holds' : 'BROKEN', one.name, one.detail]),
    ),
    proof.holds ? 'Proved: every invariant holds.' : 'NOT PROVED.',
  ].join('\n');
}

function cells(proof: Proof, name: string, row: ProofRow): string[] {
  const currency = row.currency ?? proof.currency;
  const amount = (minor: number | null): string =>
    currency === undefined || minor === null ? '' : `${toDecimal(minor, exponentOf(currency))} ${currency}`;
  return [
    name,
    ...[row.journalEntries, row.sales, row.saleLines].map(String),
    amount(row.grossSalesMinor),
    ...[row.refunds, row.refundLines].map(String),
    amount(row.grossRefundsMinor),
    ...[row.gaps, row.forks, row.duplicatesAbsorbed, row.exceptions].map(String),
  ];
}

const amounts = (currency: string, row: { grossSalesMinor: number; grossRefundsMinor: number }): string =>
  `sales ${toDecimal(row.grossSalesMinor, exponentOf(currency))}, refunds ${toDecimal(row.grossRefundsMinor, exponentOf(currency))}`;
