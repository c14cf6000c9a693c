import { migration } from '@nexus/tenancy-db';

/**
 * Trigrams make "any part of the description" an index scan. The extension is a trusted one: the owner of the database
 * may make it. Where the server does not have it, search still works and reads the table instead.
 */
export const trigramSearch = migration({
  number: 100,
  name: 'trigram-search',
  up: async (runner) => {
    const found = (await runner.query(
      "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS available",
    )) as { available: boolean }[];
    if (found[0]?.available) await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  },
});
