import {
  auditJournal,
  auditJournalHeads,
  chainStructure,
  NexusError,
  type ReconcileBranchInput,
} from '@nexus/contracts';
import { callRpc } from '@nexus/messaging';
import { raiseExceptions, settleExceptionsByKey, type NewException, type TenantTx } from '@nexus/tenancy-db';
import { auditTerminal } from '../audit/audit-transactions.ts';
import type { SalesDeps } from '../deps.ts';
import { compareFigures } from './compare-figures.ts';

/**
 * Proves for each terminal of a branch that electronic journal = transaction log, at a watermark that both have passed,
 * and files what differs as an exception; one that no longer differs is settled. Running it again changes nothing.
 *
 * @throws NexusError NX-3004 when this service has not reached the journal's head: the workflow tries again later.
 */
export async function reconcileBranch(
  { db, nats }: SalesDeps,
  { tenantId, branchId }: ReconcileBranchInput,
  beat: () => void = () => undefined,
): Promise<{ checked: number; differences: number }> {
  const chain = await callRpc(nats, chainStructure, tenantId, {});
  const heads = await callRpc(nats, auditJournalHeads, tenantId, {});
  const own = new Set(
    chain.terminals.filter((terminal) => terminal.branch === branchId).map((terminal) => terminal.id),
  );
  let checked = 0;
  let differences = 0;
  for (const head of heads.terminals.filter(({ terminal }) => own.has(terminal))) {
    const request = { terminal: head.terminal, watermark: { epoch: heads.epoch, number: head.number } };
    const journal = await callRpc(nats, auditJournal, tenantId, request);
    beat();
    const found = await db.tx({ tenantId }, async (tx) => {
      const log = await auditTerminal(tx, request);
      if (!log.reached)
        throw new NexusError(
          'NX-3004',
          `The transaction log has not reached entry ${head.number} of terminal ${head.terminal}`,
        );
      const differing = compareFigures(journal.figures, log.figures);
      const broken = [...journal.findings, ...log.findings].filter((finding) => !finding.holds);
      const exception: NewException = {
        kind: 'reconciliation-differs',
        severity: 'error',
        key: `reconciliation-differs/${head.terminal}/${head.number}`,
        branch: branchId,
        terminal: head.terminal,
        detail: { number: head.number, differences: differing.slice(0, 50), findings: broken.slice(0, 50) },
      };
      if (differing.length + broken.length === 0) await settleOpen(tx, head.terminal);
      else await raiseExceptions(tx, [exception]);
      return differing.length + broken.length;
    });
    checked += 1;
    differences += found;
    beat();
  }
  return { checked, differences };
}

async function settleOpen(tx: TenantTx, terminal: string): Promise<void> {
  const open = await tx.query<{ key: string }>(
    `SELECT key FROM exception WHERE kind = 'reconciliation-differs' AND terminal = $1 AND settled_at IS NULL`,
    [terminal],
  );
  await settleExceptionsByKey(
    tx,
    open.map(({ key }) => key),
    'a later reconciliation found no difference',
  );
}
