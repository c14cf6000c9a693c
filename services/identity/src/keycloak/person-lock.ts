import type { TenancyDb } from '@nexus/tenancy-db';

/**
 * One piece of work at a time on a person, by e-mail address, in all processes: between "nobody else needs this person"
 * and the removal, no other provisioning may find the person and rely on them.
 */
export const withPersonLock = <T>(db: TenancyDb, email: string, work: () => Promise<T>): Promise<T> =>
  db.shared(
    async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nexus/person/${email}`]);
      return work();
    },
    { retries: 0 },
  );
