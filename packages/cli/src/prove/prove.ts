import { QUANTITY_SCALE } from '@nexus/contracts';
import type { Deadline } from '../bounded.ts';
import type { Audits } from './audits.ts';
import { gatherEvidence, type Evidence, type TerminalEvidence } from './gather.ts';
import { invariantsOf } from './invariants.ts';
import {
  moneyOf,
  proofRow,
  sumByCurrency,
  sumJournal,
  type BranchProof,
  type CurrencyFigures,
  type JournalFigures,
  type Proof,
  type TerminalProof,
} from './proof.ts';

/** Asks, compares, sums up. The figures are the transaction log's; that the journal has the same ones is an invariant. */
export async function prove(
  audits: Audits,
  tenant: { readonly id: string; readonly slug: string; readonly name: string },
  deadline: Deadline,
): Promise<Proof> {
  const evidence = await gatherEvidence(audits, deadline);
  return proofOf(evidence, tenant);
}

export function proofOf(evidence: Evidence, tenant: { id: string; slug: string; name: string }): Proof {
  const currencies = currenciesOf(evidence);
  const several = currencies.size > 1;
  const spoken = evidence.terminals.map((one, at) => terminalProof(evidence, one, at, several));
  const terminals = [...spoken, ...silentTerminals(evidence)].sort((a, b) => a.row.index - b.row.index);
  const branches = evidence.structure.branches
    .map((branch): BranchProof => {
      const here = terminals.filter((terminal) => terminal.branch === branch.id);
      const journal = sumJournal(here.map((terminal) => terminal.row));
      const exceptions = journal.exceptions + exceptionsOfBranchAlone(evidence, branch.id);
      return {
        index: branch.index,
        name: branch.name,
        id: branch.id,
        ...proofRow(
          { ...journal, exceptions },
          here.flatMap((terminal) => terminal.money),
          several,
        ),
      };
    })
    .sort((a, b) => a.index - b.index);
  const money = sumByCurrency(terminals.flatMap((terminal) => terminal.money));
  const journal = sumJournal(terminals.map((terminal) => terminal.row));
  // Those of terminals that stand in no branch are not among the branches'.
  const astray = terminals.filter((terminal) => !branches.some((branch) => branch.id === terminal.branch));
  const exceptions = [...branches, ...astray.map((terminal) => terminal.row)].reduce(
    (sum, row) => sum + row.exceptions,
    0,
  );
  const invariants = invariantsOf(evidence);
  const [currency] = currencies;
  return {
    tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
    ...(currencies.size === 1 && currency !== undefined ? { currency } : { byCurrency: money }),
    totals: proofRow({ ...journal, exceptions }, money, several),
    branches,
    terminals: terminals.map((terminal) => terminal.row),
    stock: { movements: evidence.stock.movements, units: evidence.stock.units / QUANTITY_SCALE },
    invariants,
    holds: invariants.every((one) => one.holds),
  };
}

/** Those that the chain's legal entities keep their books in, and any other that something was sold in. */
const currenciesOf = ({ structure, terminals }: Evidence): Set<string> =>
  new Set([
    ...structure.legalEntities.map((entity) => entity.currency),
    ...terminals.flatMap(({ transactions }) => transactions.figures.map((figures) => figures.currency)),
  ]);

interface Placed {
  readonly row: TerminalProof;
  readonly branch: string | undefined;
  readonly money: readonly CurrencyFigures[];
}

function terminalProof(evidence: Evidence, one: TerminalEvidence, at: number, several: boolean): Placed {
  const { terminals } = evidence.structure;
  const facts = terminals.find((terminal) => terminal.id === one.terminal);
  const { journal, transactions, stock } = one;
  const money = transactions.figures.map(moneyOf);
  const figures: JournalFigures = {
    journalEntries: journal.journalEntries,
    gaps: journal.gaps,
    forks: journal.forks,
    duplicatesAbsorbed: journal.duplicatesAbsorbed,
    exceptions: journal.exceptions + transactions.exceptions + stock.exceptions,
  };
  return {
    branch: facts?.branch,
    money,
    row: {
      // One that identity has forgotten counts all the same, behind those it knows.
      index: facts?.index ?? terminals.length + at,
      name: facts?.name ?? 'not known to identity',
      id: one.terminal,
      ...proofRow(figures, money, several),
      receivedThrough: journal.receivedThrough,
      tillHead: journal.tillHead,
      lastContact: journal.lastContact,
    },
  };
}

/** Terminals that have not sent anything yet. */
const silentTerminals = ({ structure, terminals }: Evidence): Placed[] =>
  structure.terminals
    .filter((facts) => !terminals.some((one) => one.terminal === facts.id))
    .map(({ id, index, name, branch }) => ({
      branch,
      money: [],
      row: {
        index,
        name,
        id,
        ...proofRow(sumJournal([]), [], false),
        receivedThrough: 0,
        tillHead: 0,
        lastContact: null,
      },
    }));

/** Inventory's exceptions of a branch that no terminal caused; those of its terminals are counted with them. */
function exceptionsOfBranchAlone(evidence: Evidence, branch: string): number {
  const all = evidence.stock.branches.find((one) => one.branch === branch)?.exceptions ?? 0;
  const ofTerminals = evidence.terminals
    .filter((one) => evidence.structure.terminals.some((facts) => facts.id === one.terminal && facts.branch === branch))
    .reduce((sum, one) => sum + one.stock.exceptions, 0);
  return Math.max(0, all - ofTerminals);
}
