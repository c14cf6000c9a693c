import type { Logger } from 'typeorm';

const nothing = (): void => undefined;

/**
 * TypeORM says nothing by itself: what goes wrong is thrown, and reported by whoever asked. Its own logger would write a
 * migration that failed to standard output, which is the process's.
 */
export const quietLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
