import { JOURNAL_CONSUMERS, type JournalConsumer, type ReplayPassed } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';

/** Where a consumer said that it stands in a terminal's journal. */
export interface ConsumerPlace {
  readonly epoch: number;
  readonly number: number;
  /** When it said so. */
  readonly passedAt: string;
}

export async function readPlaces(tx: TenantTx, terminal: string): Promise<Map<JournalConsumer, ConsumerPlace>> {
  const rows = await tx.query<{ service: JournalConsumer; epoch: number; number: string; passed_at: string }>(
    `SELECT service, epoch, number, to_char(passed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS passed_at
     FROM replay_cursor WHERE terminal = $1`,
    [terminal],
  );
  return new Map(
    rows.map((row) => [row.service, { epoch: row.epoch, number: Number(row.number), passedAt: row.passed_at }]),
  );
}

/** Notes what consumers report, as they report it: one that was restored from an older copy goes back. */
export async function savePlaces(tx: TenantTx, terminal: string, passed: readonly ReplayPassed[]): Promise<void> {
  if (passed.length === 0) return;
  await tx.query(
    `INSERT INTO replay_cursor (terminal, service, epoch, number)
     SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])
     ON CONFLICT (terminal, service) DO UPDATE
       SET epoch = excluded.epoch, number = excluded.number, passed_at = now()`,
    [terminal, passed.map((p) => p.service), passed.map((p) => p.epoch), passed.map((p) => p.number)],
  );
}

/** Consumers that have not passed `number` in this epoch; all of them for an epoch that is new. */
export function behind(
  places: ReadonlyMap<JournalConsumer, ConsumerPlace>,
  epoch: number,
  number: number,
): JournalConsumer[] {
  if (number === 0) return [];
  return JOURNAL_CONSUMERS.filter((service) => {
    const place = places.get(service);
    return place === undefined || place.epoch !== epoch || place.number < number;
  });
}

/** Takes the terminal off the list of dirty ones. */
export async function clean(tx: TenantTx, terminal: string): Promise<void> {
  await tx.query('DELETE FROM dirty_terminal WHERE terminal = $1', [terminal]);
}

/** No wake-up is outstanding any more: the next one may be sent. */
export async function handBack(tx: TenantTx, terminal: string): Promise<void> {
  await tx.query('UPDATE dirty_terminal SET signalled_at = NULL, dirty_at = now() WHERE terminal = $1', [terminal]);
}

/** The run sleeps, at most for so long: news may wake it, the sweep does not. */
export async function fallAsleep(tx: TenantTx, terminal: string, sleepMs: number): Promise<void> {
  await tx.query(
    `UPDATE dirty_terminal SET signalled_at = NULL, dirty_at = now(),
       asleep_until = now() + $2::float8 * interval '1 millisecond' WHERE terminal = $1`,
    [terminal, sleepMs],
  );
}

/**
 * Makes a wake-up outstanding for those of the terminals that have none, or had one for so long that it must have been
 * lost. What is returned is the caller's to signal.
 */
export async function claimWakeUps(
  tx: TenantTx,
  terminals: readonly string[],
  staleMs: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ terminal: string }>(
    `UPDATE dirty_terminal SET signalled_at = now(), asleep_until = NULL WHERE terminal = ANY($1::uuid[])
       AND (signalled_at IS NULL OR signalled_at < now() - $2::float8 * interval '1 millisecond')
     RETURNING terminal`,
    [terminals, staleMs],
  );
  return rows.map((row) => row.terminal);
}

/**
 * Dirty terminals that nobody seems to take care of: for `minAgeMs` without a wake-up or with one that is stale, and
 * without a run that sleeps; the longest dirty first.
 */
export async function neglectedTerminals(
  tx: TenantTx,
  minAgeMs: number,
  staleMs: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ terminal: string }>(
    `SELECT terminal FROM dirty_terminal
     WHERE dirty_at <= now() - $1::float8 * interval '1 millisecond'
       AND (signalled_at IS NULL OR signalled_at < now() - $2::float8 * interval '1 millisecond')
       AND (asleep_until IS NULL OR asleep_until < now())
     ORDER BY dirty_at, terminal LIMIT $3`,
    [minAgeMs, staleMs, limit],
  );
  return rows.map((row) => row.terminal);
}

export async function isAnyDirty(tx: TenantTx): Promise<boolean> {
  return (await tx.query('SELECT 1 FROM dirty_terminal LIMIT 1')).length > 0;
}
