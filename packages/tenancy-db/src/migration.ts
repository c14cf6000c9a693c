import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A migration as TypeORM runs it, plus which of its tables nobody may change or delete rows of. */
export interface Migration {
  readonly name: string;
  readonly appendOnly: readonly string[];
  readonly contracts?: Contraction;
  readonly instance: MigrationClass;
}

/** Why a migration may take something away: the release that used it last is not in use beside this one any more. */
export interface Contraction {
  /** Version of that release, `1.2.0`. */
  readonly lastUsedBy: string;
  /** What goes. */
  readonly what: string;
}
export type MigrationClass = new () => MigrationInterface;

export interface MigrationOptions {
  /** Order among all migrations of a schema: kits use 1–99, services from 100. Never reused. */
  readonly number: number;
  /** Kebab-case; recorded in the schema together with the number. */
  readonly name: string;
  /** Statements, or a function for what SQL alone cannot say. Names are unqualified: the search path is set. */
  readonly up: readonly string[] | ((runner: QueryRunner) => Promise<void>);
  /** Tables whose rows are only ever added: the tenant's role gets SELECT and INSERT on them and nothing more. */
  readonly appendOnly?: readonly string[];
  /** For a migration that is no expansion. The check of all migrations refuses one without. */
  readonly contracts?: Contraction;
}

/**
 * Declares a migration. There is no way down: migrations only expand, and a later release contracts, so that the
 * version before keeps working beside this one.
 */
export function migration(options: MigrationOptions): Migration {
  // TypeORM orders by the last 13 digits of the name.
  const name = `${options.name}-${String(options.number).padStart(13, '0')}`;
  class DeclaredMigration implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      if (typeof options.up === 'function') return options.up(runner);
      for (const statement of options.up) await runner.query(statement);
    }

    down(): Promise<void> {
      return Promise.reject(new Error(`${name}: migrations only go forward; write one that contracts`));
    }
  }
  return {
    name,
    appendOnly: options.appendOnly ?? [],
    ...(options.contracts === undefined ? {} : { contracts: options.contracts }),
    instance: DeclaredMigration,
  };
}

/**
 * Storage parameters of a table to which a replay only ever adds. Without them autovacuum reads a young tenant's tables again
 * after each thousand rows, in the middle of the replay that fills them; a full one it visits at every tenth of its size.
 * A million rows: some days of a large chain, which a pass reads in seconds when the shops are shut.
 */
export const GROWING_TABLE =
  'autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_threshold = 50000';

/**
 * Columns by which no query chooses rows need no statistics. Without this each analysis of a growing table, in the middle
 * of the replay that fills it, samples and sorts every one of them.
 */
export const withoutStatistics = (table: string, columns: readonly string[]): string =>
  `ALTER TABLE ${table} ${columns.map((column) => `ALTER COLUMN ${column} SET STATISTICS 0`).join(', ')}`;
