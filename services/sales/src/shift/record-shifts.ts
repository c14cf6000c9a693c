import { shiftsRecorded } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import type { ShiftRecord } from './shift.ts';

/** Writes shift, drawer and cash records; returns those that were new. Used by the replay and by the rebuild alike. */
export async function projectShifts(tx: TenantTx, records: readonly ShiftRecord[]): Promise<ShiftRecord[]> {
  if (records.length === 0) return [];
  const sorted = [...records].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const of = (value: (record: ShiftRecord) => unknown) => sorted.map(value);
  const rows = await tx.bulk<{ key: string }>(
    'insert-shift-records',
    `INSERT INTO shift_record (key, kind, entry_id, terminal, number, branch, business_date, at_ms, shift, cashier, currency, amount, detail)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::uuid[], $7::date[], $8::bigint[],
       $9::uuid[], $10::text[], $11::text[], $12::bigint[], $13::text[])
     ON CONFLICT (key) DO NOTHING RETURNING key`,
    [
      of((r) => r.key),
      of((r) => r.kind),
      of((r) => r.entry.id),
      of((r) => r.entry.terminal),
      of((r) => r.entry.number),
      of((r) => r.branch),
      of((r) => r.businessDate),
      of((r) => r.at),
      of((r) => r.shift ?? null),
      of((r) => r.cashier ?? null),
      of((r) => r.currency ?? null),
      of((r) => r.amount ?? null),
      of((r) => JSON.stringify(r.detail)),
    ],
  );
  const fresh = new Set(rows.map((row) => row.key));
  return records.filter((record) => fresh.delete(record.key));
}

/** Line voids of long carts are large: this many records at most in one event. */
const EVENT_RECORDS = 100;

export async function recordShifts(db: TenancyDb, tx: TenantTx, records: readonly ShiftRecord[]): Promise<void> {
  const fresh = await projectShifts(tx, records);
  for (let at = 0; at < fresh.length; at += EVENT_RECORDS) {
    await appendEvent(db, tx, shiftsRecorded, { facts: fresh.slice(at, at + EVENT_RECORDS) });
  }
}
