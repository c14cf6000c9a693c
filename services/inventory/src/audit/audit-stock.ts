import { auditStock, auditTerminalStock, type AuditFinding } from '@nexus/contracts';
import { readJournalCursor, rpcHandler, type RpcHandler } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

const AUDIT = { isolation: 'REPEATABLE READ', statementTimeoutMs: 110_000 } as const;

/** Both audits of stock, recomputed from movements. */
export const auditStockRpc = (db: TenancyDb): RpcHandler[] => [
  rpcHandler(auditStock, (ctx) => db.tx(ctx, auditBranches, AUDIT)),
  rpcHandler(auditTerminalStock, (ctx, request) => db.tx(ctx, (tx) => auditTerminal(tx, request), AUDIT)),
];

/**
 * Lines and units that one terminal's transactions moved. Post-voids are taken off what they void. `reached` speaks of
 * this service's own journal kinds; that the sales events are in too shows in the figures themselves.
 */
async function auditTerminal(
  tx: TenantTx,
  { terminal, watermark }: z.infer<typeof auditTerminalStock.request>,
): Promise<z.infer<typeof auditTerminalStock.reply>> {
  const cursor = await readJournalCursor(tx, terminal);
  const [row] = await tx.query<Record<'sale_lines' | 'refund_lines' | 'sold' | 'returned', string>>(
    `SELECT count(*) FILTER (WHERE reason = 'sale') - count(*) FILTER (WHERE reason = 'post-void' AND quantity > 0) AS sale_lines,
       count(*) FILTER (WHERE reason = 'return') - count(*) FILTER (WHERE reason = 'post-void' AND quantity < 0) AS refund_lines,
       coalesce(-sum(quantity) FILTER (WHERE reason = 'sale' OR (reason = 'post-void' AND quantity > 0)), 0) AS sold,
       coalesce(sum(quantity) FILTER (WHERE reason = 'return' OR (reason = 'post-void' AND quantity < 0)), 0) AS returned
     FROM stock_movement WHERE terminal = $1 AND number <= $2`,
    [terminal, watermark.number],
  );
  const [open] = await tx.query<{ exceptions: string }>(
    'SELECT count(*) AS exceptions FROM exception WHERE terminal = $1 AND settled_at IS NULL',
    [terminal],
  );
  return {
    reached: watermark.number === 0 || (cursor.epoch === watermark.epoch && cursor.number >= watermark.number),
    saleLines: Number(row?.sale_lines ?? 0),
    refundLines: Number(row?.refund_lines ?? 0),
    unitsSold: Number(row?.sold ?? 0),
    unitsReturned: Number(row?.returned ?? 0),
    exceptions: Number(open?.exceptions ?? 0),
  };
}

async function auditBranches(tx: TenantTx): Promise<z.infer<typeof auditStock.reply>> {
  const rows = await tx.query<{ branch: string; movements: string; units: string; exceptions: string }>(
    `SELECT m.branch, count(*) AS movements, sum(m.quantity) AS units,
       (SELECT count(*) FROM exception e WHERE e.branch = m.branch AND e.settled_at IS NULL) AS exceptions
     FROM stock_movement m GROUP BY m.branch ORDER BY m.branch`,
  );
  const branches = rows.map((row) => ({
    branch: row.branch,
    movements: Number(row.movements),
    units: Number(row.units),
    exceptions: Number(row.exceptions),
  }));
  const sum = (of: (branch: (typeof branches)[number]) => number) =>
    branches.reduce((total, branch) => total + of(branch), 0);
  return {
    movements: sum((b) => b.movements),
    units: sum((b) => b.units),
    branches,
    findings: [await levelsAreSums(tx), await countsAreDerived(tx)],
  };
}

interface Wrong {
  wrong: string;
  example: string | null;
}

const finding = (name: string, row: Wrong | undefined): AuditFinding => {
  const wrong = Number(row?.wrong ?? 0);
  return {
    name,
    holds: wrong === 0,
    detail: wrong === 0 ? 'every row' : `${wrong} differ, first ${row?.example ?? ''}`,
  };
};

async function levelsAreSums(tx: TenantTx): Promise<AuditFinding> {
  const [row] = await tx.query<Wrong>(
    `SELECT count(*) AS wrong, min(coalesce(l.product, m.product)::text) AS example
     FROM stock_level l
     FULL JOIN (SELECT branch, product, sum(quantity) AS quantity FROM stock_movement GROUP BY 1, 2) m USING (branch, product)
     WHERE coalesce(l.on_hand, 0) <> coalesce(m.quantity, 0)`,
  );
  return finding('stock-on-hand-is-sum-of-movements', row);
}

/** At each count's moment the movements so far add up to what the shelf showed. */
async function countsAreDerived(tx: TenantTx): Promise<AuditFinding> {
  const [row] = await tx.query<Wrong>(
    `SELECT count(*) AS wrong, min(c.product::text) AS example
     FROM stock_count c
     JOIN (
       SELECT key, line, sum(quantity) OVER (PARTITION BY branch, product ORDER BY at_ms, key, line) AS shown, reason FROM stock_movement
     ) m ON m.key = c.key AND m.line = c.line AND m.reason = 'count'
     WHERE m.shown <> c.counted`,
  );
  return finding('counts-show-what-was-counted', row);
}
