import { JOURNAL_CONSUMERS } from '@nexus/contracts';
import { SCRAPE_STATEMENT, SCRAPED, type Gauges, type TenantFigure } from '@nexus/service-kit';
import { METRICS, sample } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';

const NAME = 'replay';
/** Dirty terminals of a tenant that are looked at; beyond them the numbers say "at least". */
const MAX_TERMINALS = 1_000;

interface Row {
  entries: string;
  oldest: string | null;
}

/**
 * Entries that the slowest consumer has not taken, or that wait for a number, and when the oldest of them was received
 * (epoch seconds). After a restore everything is read again: then the new epoch's beginning counts, not the entry's day.
 */
export const replayFigure: TenantFigure = {
  name: NAME,
  async count(tx) {
    const [row] = await tx.query<Row>(
      `SELECT coalesce(sum(greatest(0, p.through - p.slowest) + p.waiting), 0) AS entries,
         extract(epoch FROM min(greatest(since.received_at, p.changed_at))) AS oldest
       FROM (
         SELECT t.id, t.waiting, e.changed_at,
           CASE WHEN t.held_from IS NULL THEN t.number ELSE least(t.number, t.held_from - 1) END AS through,
           (SELECT min(coalesce(c.number, 0)) FROM unnest($1::text[]) AS consumer (service)
              LEFT JOIN replay_cursor c ON c.terminal = t.id AND c.service = consumer.service AND c.epoch = e.epoch
           ) AS slowest
         FROM (SELECT terminal FROM dirty_terminal ORDER BY dirty_at LIMIT ${MAX_TERMINALS}) d
           JOIN terminal t ON t.id = d.terminal CROSS JOIN journal_epoch e
       ) p
       LEFT JOIN LATERAL (
         SELECT min(received_at) AS received_at FROM (
           (SELECT u.received_at FROM (
              SELECT chain, first_seq + p.slowest + 1 - first_number AS seq FROM journal_page
              WHERE terminal = p.id AND last_number > p.slowest ORDER BY last_number LIMIT 1) j
            JOIN journal_upload u ON u.terminal = p.id AND u.chain = j.chain AND u.first_seq <= j.seq
            WHERE p.through > p.slowest
            ORDER BY u.first_seq DESC, u.id LIMIT 1)
           UNION ALL
           SELECT min(w.arrived_at) FROM journal_waiting w WHERE p.waiting > 0 AND w.terminal = p.id
         ) AS of_terminal
       ) since ON true`,
      [JOURNAL_CONSUMERS],
    );
    const oldest = row?.oldest ?? null;
    return { entries: Number(row?.entries ?? 0), oldest: oldest === null ? null : Number(oldest) };
  },
  /** The doorbell says who has replays outstanding; whoever is not on it any more has none left. */
  async notice(tx) {
    await tx.query(
      `INSERT INTO tenant_figure (tenant_id, name)
       SELECT DISTINCT d.tenant_id, $1 FROM doorbell d JOIN tenant USING (tenant_id) WHERE d.topic = 'replay'
       ON CONFLICT (tenant_id, name) DO UPDATE SET wanted_at = now()`,
      [NAME],
    );
    await tx.query(
      `UPDATE tenant_figure f SET figures = '{"entries": 0, "oldest": null}', counted_at = now()
       WHERE f.name = $1 AND (f.figures->>'entries')::bigint > 0
         AND NOT EXISTS (SELECT 1 FROM doorbell d WHERE d.topic = 'replay' AND d.tenant_id = f.tenant_id)`,
      [NAME],
    );
  },
};

/** Over all tenants; the age is as of now, however long ago it was counted. */
export const replayGauges = (db: TenancyDb): Gauges => ({
  name: NAME,
  ...SCRAPED,
  read: () =>
    db.shared(async (tx) => {
      const [row] = await tx.query<{ entries: string; age: string | null }>(
        `SELECT coalesce(sum((figures->>'entries')::bigint), 0) AS entries,
           extract(epoch FROM now()) - min((figures->>'oldest')::float8) AS age
         FROM tenant_figure WHERE name = $1`,
        [NAME],
      );
      const service = db.service;
      return [
        sample(METRICS.replayWaiting, { service }, Number(row?.entries ?? 0)),
        sample(METRICS.oldestReplayWaiting, { service }, Math.max(0, Number(row?.age ?? 0))),
      ];
    }, SCRAPE_STATEMENT),
});
