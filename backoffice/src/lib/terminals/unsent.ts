import type { TerminalJournalRow } from '@nexus/contracts';

/** What tills said they still held: sales that head office has not seen. Amounts in minor units. */
export interface Unsent {
  readonly terminals: number;
  readonly count: number;
  readonly amounts: readonly { readonly currency: string; readonly gross: number }[];
  /** Device time of the oldest, epoch milliseconds; null where nothing is unsent or no till said it. */
  readonly oldest: number | null;
}

export const unsentOf = (rows: readonly TerminalJournalRow[]): Unsent => {
  const holding = rows.filter(({ unsent }) => unsent.count > 0);
  const gross = new Map<string, number>();
  for (const { unsent } of holding) {
    if (unsent.currency !== null) gross.set(unsent.currency, (gross.get(unsent.currency) ?? 0) + unsent.gross);
  }
  const times = holding.flatMap(({ unsent }) => (unsent.oldest === null ? [] : [unsent.oldest]));
  return {
    terminals: holding.length,
    count: holding.reduce((sum, { unsent }) => sum + unsent.count, 0),
    amounts: [...gross].map(([currency, amount]) => ({ currency, gross: amount })),
    oldest: times.length === 0 ? null : Math.min(...times),
  };
};

export type TerminalState = 'ready' | 'waiting' | 'revoked' | 'silent';

/** A till that has said nothing for this long while it is enrolled is worth a call. */
const SILENT_AFTER_MS = 24 * 3_600_000;

export const stateOf = (row: TerminalJournalRow, now: number): TerminalState => {
  if (row.revokedAt !== null) return 'revoked';
  if (!row.enrolled) return 'waiting';
  const silent = row.lastContact !== null && now - Date.parse(row.lastContact) > SILENT_AFTER_MS;
  return silent ? 'silent' : 'ready';
};
