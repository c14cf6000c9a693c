import type { TenantFigure } from '@nexus/service-kit';

export const TILLS = 'tills';
/** Tills of one tenant that are named; totals count all of them. */
const WORST_OF_TENANT = 10;
/** A till in use is heard of every minute; one that was not for a quarter of an hour is named. */
const SILENT = `interval '15 minutes'`;
/** Not any more after a month: it was put away. */
const PUT_AWAY = `interval '30 days'`;

/** What a till last said of itself; times are epoch seconds, `oldest` by the till's clock. */
export interface TillReport {
  readonly terminal: string;
  readonly entries: number;
  readonly minor: number;
  readonly currency: string | null;
  readonly oldest: number | null;
  readonly contact: number | null;
}

/** What a tenant's tills last said that they hold: all of them together, and the worst by name. */
export interface TillFigures {
  readonly tills: number;
  readonly entries: number;
  readonly minor: Readonly<Record<string, number>>;
  readonly worst: readonly TillReport[];
}

interface TotalRow {
  currency: string | null;
  tills: string;
  entries: string;
  minor: string;
}

interface ReportRow {
  terminal: string;
  entries: string;
  minor: string;
  currency: string | null;
  oldest: string | null;
  contact: string | null;
}

export const tillFigure: TenantFigure = {
  name: TILLS,
  async count(tx): Promise<TillFigures> {
    const totals = await tx.query<TotalRow>(
      `SELECT unsent_currency AS currency, count(*) AS tills, sum(unsent_count) AS entries, sum(unsent_gross) AS minor
       FROM terminal WHERE unsent_count > 0 GROUP BY unsent_currency`,
    );
    // Longest unsent first, not most money: amounts of different currencies cannot be compared, ages can.
    const worst = await tx.query<ReportRow>(
      `SELECT id AS terminal, unsent_count AS entries, unsent_gross AS minor, unsent_currency AS currency,
         unsent_oldest / 1000.0 AS oldest, extract(epoch FROM last_contact) AS contact
       FROM terminal
       WHERE unsent_count > 0
         OR (revoked_at IS NULL AND last_contact < now() - ${SILENT} AND last_contact > now() - ${PUT_AWAY})
       ORDER BY unsent_count = 0, unsent_oldest, last_contact, id LIMIT ${WORST_OF_TENANT}`,
    );
    return {
      tills: sumOf(totals, ({ tills }) => tills),
      entries: sumOf(totals, ({ entries }) => entries),
      minor: Object.fromEntries(
        totals.flatMap(({ currency, minor }) => (currency === null ? [] : [[currency, Number(minor)]])),
      ),
      worst: worst.map(reportOf),
    };
  },
};

const sumOf = (rows: readonly TotalRow[], of: (row: TotalRow) => string): number =>
  rows.reduce((sum, row) => sum + Number(of(row)), 0);

const reportOf = (row: ReportRow): TillReport => ({
  terminal: row.terminal,
  entries: Number(row.entries),
  minor: Number(row.minor),
  currency: row.currency,
  oldest: row.oldest === null ? null : Number(row.oldest),
  contact: row.contact === null ? null : Number(row.contact),
});
