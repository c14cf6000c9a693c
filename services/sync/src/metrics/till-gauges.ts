import { SCRAPE_STATEMENT, SCRAPED, type Gauges } from '@nexus/service-kit';
import { METRICS, sample, type Sample } from '@nexus/telemetry';
import type { SharedTx, TenancyDb } from '@nexus/tenancy-db';
import { TILLS, type TillReport } from './till-figure.ts';

/** Tills that are named, of all tenants: each is up to four series. */
const WORST = 50;
/** Tenants without a quiet till are many: the list of the worst is read less often than the rest. */
const KEEP_MS = 30_000;

interface Worst extends TillReport {
  readonly tenant_id: string;
  readonly now: number;
}

/** What tills last said that they hold unsent: the longest waiting by name, all of them in totals. */
export const tillGauges = (db: TenancyDb): Gauges => ({
  name: TILLS,
  ...SCRAPED,
  keepMs: KEEP_MS,
  read: () =>
    db.shared(async (tx) => [...(await totals(tx, db.service)), ...(await worst(tx, db.service))], SCRAPE_STATEMENT),
});

async function totals(tx: SharedTx, service: string): Promise<readonly Sample[]> {
  const [all] = await tx.query<{ tills: string; entries: string }>(
    `SELECT coalesce(sum((figures->>'tills')::bigint), 0) AS tills,
       coalesce(sum((figures->>'entries')::bigint), 0) AS entries FROM tenant_figure WHERE name = $1`,
    [TILLS],
  );
  const money = await tx.query<{ currency: string; minor: string }>(
    `SELECT m.key AS currency, sum(m.value::bigint) AS minor
     FROM tenant_figure f, jsonb_each_text(f.figures->'minor') m WHERE f.name = $1 GROUP BY m.key`,
    [TILLS],
  );
  return [
    sample(METRICS.tillsUnsent, { service }, Number(all?.tills ?? 0)),
    sample(METRICS.tillsUnsentEntries, { service }, Number(all?.entries ?? 0)),
    ...money.map(({ currency, minor }) => sample(METRICS.tillsUnsentMinor, { service, currency }, Number(minor))),
  ];
}

async function worst(tx: SharedTx, service: string): Promise<readonly Sample[]> {
  const rows = await tx.query<Worst>(
    `SELECT f.tenant_id, t.*, extract(epoch FROM now())::float8 AS now
     FROM tenant_figure f, jsonb_to_recordset(f.figures->'worst')
       AS t (terminal text, entries float8, minor float8, currency text, oldest float8, contact float8)
     WHERE f.name = $1
     ORDER BY t.entries = 0, t.oldest, t.contact, t.terminal LIMIT ${WORST}`,
    [TILLS],
  );
  return rows.flatMap((row) => samplesOf(row, service));
}

function samplesOf(row: Worst, service: string): Sample[] {
  const labels = { service, tenant: row.tenant_id, terminal: row.terminal };
  const age = (since: number): number => Math.max(0, row.now - since);
  return [
    sample(METRICS.tillUnsentEntries, labels, row.entries),
    ...(row.currency === null
      ? []
      : [sample(METRICS.tillUnsentMinor, { ...labels, currency: row.currency }, row.minor)]),
    ...(row.oldest === null ? [] : [sample(METRICS.tillOldestUnsent, labels, age(row.oldest))]),
    ...(row.contact === null ? [] : [sample(METRICS.tillLastContact, labels, age(row.contact))]),
  ];
}
