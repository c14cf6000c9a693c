import type { ForgedDetails } from './forgery.ts';
import { inDatabaseOf, rows, tenantSchema } from './footprint.ts';
import type { World } from './world.ts';

/** Key and entry of one of B's tills, as sync keeps them. */
export const detailsOf = ({ platform, b }: World): Promise<ForgedDetails> =>
  inDatabaseOf(platform, 'sync', async (sql) => {
    const [found] = await rows<ForgedDetails>(
      sql,
      `SELECT k.key_id AS "keyId", k.public_key AS "publicKey", encode(substring(e.hashes FROM 1 FOR 32), 'hex') AS hash
       FROM nexus.terminal_key k JOIN ${tenantSchema(b.tenant.id)}.journal_page e ON e.terminal = k.terminal
       WHERE k.tenant_id = $1 LIMIT 1`,
      [b.tenant.id],
    );
    if (found === undefined) throw new Error('sync knows no key of B');
    return found;
  });
