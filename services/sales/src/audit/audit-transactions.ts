import { auditTransactions, type AuditFinding, type SalesFigures } from '@nexus/contracts';
import { readJournalCursor, rpcHandler, type RpcHandler } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';

type Request = z.infer<typeof auditTransactions.request>;
type Reply = z.infer<typeof auditTransactions.reply>;

/** Recomputes one terminal's figures from stored rows, up to a journal number, and checks what can be checked on them. */
export const auditTransactionsRpc = (db: TenancyDb): RpcHandler =>
  rpcHandler(auditTransactions, (ctx, request) =>
    db.tx(ctx, (tx) => auditTerminal(tx, request), { isolation: 'REPEATABLE READ', statementTimeoutMs: 110_000 }),
  );

/** One terminal's transaction log, recomputed from its rows up to the watermark, in the caller's transaction. */
export async function auditTerminal(tx: TenantTx, { terminal, watermark }: Request): Promise<Reply> {
  const cursor = await readJournalCursor(tx, terminal);
  const nothing = watermark.number === 0;
  const reached = nothing || (cursor.epoch === watermark.epoch && cursor.number >= watermark.number);
  const [open] = await tx.query<{ exceptions: string }>(
    'SELECT count(*) AS exceptions FROM exception WHERE terminal = $1 AND settled_at IS NULL',
    [terminal],
  );
  return {
    reached,
    exceptions: Number(open?.exceptions ?? 0),
    figures: await figures(tx, terminal, watermark.number),
    findings: await findings(tx, terminal),
  };
}

interface FigureRow {
  currency: string;
  sales: string;
  refunds: string;
  sale_lines: string;
  refund_lines: string;
  gross_sales: string;
  gross_refunds: string;
  units_sold: string;
  units_returned: string;
  voids: string;
  gross_voided: string;
}

/** Voids stand apart: a voided sale is in neither sales nor refunds. */
async function figures(tx: TenantTx, terminal: string, through: number): Promise<SalesFigures[]> {
  const rows = await tx.query<FigureRow>(
    `SELECT h.currency,
       count(*) FILTER (WHERE kind = 'sale' AND live) AS sales,
       count(*) FILTER (WHERE kind = 'return' AND live) AS refunds,
       coalesce(sum(lines) FILTER (WHERE kind = 'sale' AND live), 0) AS sale_lines,
       coalesce(sum(lines) FILTER (WHERE kind = 'return' AND live), 0) AS refund_lines,
       coalesce(sum(gross) FILTER (WHERE kind = 'sale' AND live), 0) AS gross_sales,
       coalesce(sum(gross) FILTER (WHERE kind = 'return' AND live), 0) AS gross_refunds,
       coalesce(sum(units) FILTER (WHERE kind = 'sale' AND live), 0) AS units_sold,
       coalesce(sum(units) FILTER (WHERE kind = 'return' AND live), 0) AS units_returned,
       count(*) FILTER (WHERE kind = 'post-void') AS voids,
       coalesce(sum(gross) FILTER (WHERE kind = 'post-void'), 0) AS gross_voided
     FROM (
       SELECT h.*, l.lines, l.units,
         NOT EXISTS (SELECT 1 FROM transaction_header v WHERE v.key = h.voided_by AND v.number <= $2) AS live
       FROM transaction_header h
       LEFT JOIN LATERAL (
         SELECT count(*) AS lines, sum(quantity) AS units FROM transaction_line l WHERE l.key = h.key
       ) l ON true
       WHERE h.terminal = $1 AND h.number <= $2 AND NOT h.training
     ) h
     GROUP BY h.currency ORDER BY h.currency`,
    [terminal, through],
  );
  return rows.map((row) => ({
    currency: row.currency,
    sales: Number(row.sales),
    refunds: Number(row.refunds),
    saleLines: Number(row.sale_lines),
    refundLines: Number(row.refund_lines),
    grossSalesMinor: Number(row.gross_sales),
    grossRefundsMinor: Number(row.gross_refunds),
    unitsSold: Number(row.units_sold),
    unitsReturned: Number(row.units_returned),
    voids: Number(row.voids),
    grossVoidedMinor: Number(row.gross_voided),
  }));
}

async function findings(tx: TenantTx, terminal: string): Promise<AuditFinding[]> {
  const [lines] = await tx.query<{ wrong: string; example: string | null }>(
    `SELECT count(*) AS wrong, min(key::text) AS example FROM (
       SELECT h.key FROM transaction_header h JOIN transaction_line l ON l.key = h.key
       WHERE h.terminal = $1 GROUP BY h.key, h.gross HAVING sum(l.gross) <> h.gross
     ) x`,
    [terminal],
  );
  const [tenders] = await tx.query<{ wrong: string; example: string | null }>(
    `SELECT count(*) AS wrong, min(key::text) AS example FROM (
       SELECT h.key FROM transaction_header h LEFT JOIN transaction_tender t ON t.key = h.key
       WHERE h.terminal = $1 AND h.kind <> 'post-void' GROUP BY h.key, h.payable
       HAVING coalesce(sum(t.applied), 0) <> h.payable
     ) x`,
    [terminal],
  );
  const [days] = await tx.query<{ wrong: string; example: string | null }>(
    `SELECT count(*) AS wrong, min(coalesce(a.business_date, b.business_date)::text) AS example
     FROM (SELECT business_date, currency, kind, count(*) AS transactions, sum(s * net) AS net, sum(s * tax) AS tax, sum(s * gross) AS gross
           FROM (SELECT *, CASE WHEN voided_kind = 'return' THEN -1 ELSE 1 END AS s FROM transaction_header) x WHERE terminal = $1 AND NOT training GROUP BY 1, 2, 3) a
     FULL JOIN (SELECT business_date, currency, kind, sum(transactions) AS transactions, sum(net) AS net, sum(tax) AS tax, sum(gross) AS gross
           FROM day_total WHERE terminal = $1 GROUP BY 1, 2, 3) b USING (business_date, currency, kind)
     WHERE (a.transactions, a.net, a.tax, a.gross) IS DISTINCT FROM (b.transactions, b.net, b.tax, b.gross)`,
    [terminal],
  );
  return [
    finding('transaction-gross-is-sum-of-lines', lines),
    finding('transaction-payable-is-sum-of-tenders', tenders),
    finding('day-totals-are-sums-of-transactions', days),
  ];
}

const finding = (name: string, row: { wrong: string; example: string | null } | undefined): AuditFinding => {
  const wrong = Number(row?.wrong ?? 0);
  return {
    name,
    holds: wrong === 0,
    detail: wrong === 0 ? 'every row' : `${wrong} differ, first ${row?.example ?? ''}`,
  };
};
