import {
  branchChanged,
  legalEntityChanged,
  productsChanged,
  staffChanged,
  taxGroupsChanged,
  terminalChanged,
  type TerminalFacts,
} from '@nexus/contracts';
import { onEvent, type EventHandler } from '@nexus/messaging';
import { settleExceptionsByKey, type TenantTx } from '@nexus/tenancy-db';
import type { SyncDeps } from './deps.ts';
import { chainKey } from './journal/upload-remarks.ts';
import { saveTerminalFacts } from './terminal/terminal.repository.ts';
import { writeTillItems, type TillItem } from './till-view/till-view.repository.ts';

type Deps = Pick<SyncDeps, 'keys' | 'nudges'>;

/** What sync hears of: identity's structure and terminals' keys, catalog's products. All of it goes to the tills. */
export const subscribers = (deps: Deps): EventHandler[] => {
  const write = async (tx: TenantTx, items: readonly TillItem[]): Promise<void> => {
    if ((await writeTillItems(tx, items)) > 0) tx.afterCommit(() => deps.nudges.moved(tx.tenantId));
  };
  return [
    onEvent(legalEntityChanged, (tx, events) =>
      write(
        tx,
        events.map(({ data }) => ({ id: data.id, item: { k: 'legal-entity', d: data } })),
      ),
    ),
    onEvent(branchChanged, (tx, events) =>
      write(
        tx,
        events.map(({ data }) => ({ id: data.id, item: { k: 'branch', d: data } })),
      ),
    ),
    onEvent(staffChanged, (tx, events) =>
      write(
        tx,
        events.map(({ data }) => ({ id: data.id, item: { k: 'staff', d: data } })),
      ),
    ),
    onEvent(terminalChanged, async (tx, events) => {
      for (const { data } of events) await takeTerminal(deps, tx, data);
      await write(
        tx,
        events.map(({ data }) => ({ id: data.id, item: { k: 'terminal', d: data } })),
      );
    }),
    onEvent(productsChanged, (tx, events) =>
      write(
        tx,
        events.flatMap(({ data }) => data.products.map((d): TillItem => ({ id: d.id, item: { k: 'product', d } }))),
      ),
    ),
    onEvent(taxGroupsChanged, (tx, events) =>
      write(
        tx,
        events.flatMap(({ data }) => data.groups.map((d): TillItem => ({ id: d.code, item: { k: 'tax-group', d } }))),
      ),
    ),
  ];
};

/**
 * The key goes first and on its own into the shared table, which no tenant's role can write: should this transaction not
 * commit, the event comes again. A revoked terminal hears nothing more.
 */
async function takeTerminal({ keys, nudges }: Deps, tx: TenantTx, terminal: TerminalFacts): Promise<void> {
  await keys.remember(tx.tenantId, terminal);
  await saveTerminalFacts(tx, terminal);
  if (terminal.chain !== null)
    await settleExceptionsByKey(tx, [chainKey(terminal.id, terminal.chain)], 'The chain was announced by an enrolment');
  if (terminal.revokedAt !== null) tx.afterCommit(() => nudges.drop(tx.tenantId, terminal.id));
}
