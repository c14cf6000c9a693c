import { NexusError } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { contentDigest } from '../digest.ts';

/** A request that may come twice: the client's key, for what, and its content. Without a key each request stands alone. */
export interface Command {
  readonly key: string | undefined;
  /** What is done, e.g. `create-branch`: keys of different commands never meet. */
  readonly name: string;
  readonly content: unknown;
}

/** Keys are remembered this long. */
const REMEMBERED = '30 days';
const FORGOTTEN_AT_ONCE = 10;

/**
 * Does the work once for each key, and gives the first result again: row and effect commit together, and a second request
 * at the same moment waits for the first.
 *
 * @throws NexusError NX-1006 when the key comes with another content
 */
export async function once<T>(tx: TenantTx, command: Command, work: () => Promise<T>): Promise<T> {
  if (command.key === undefined) return work();
  const key = `${command.name}/${command.key}`;
  const digest = contentDigest(command.content);
  const claimed = await tx.query(
    `INSERT INTO command (key, digest, result) VALUES ($1, $2, 'null') ON CONFLICT DO NOTHING RETURNING key`,
    [key, digest],
  );
  if (claimed.length === 0) return earlierResult<T>(tx, key, digest);
  const result = await work();
  await tx.query('UPDATE command SET result = $2 WHERE key = $1', [key, JSON.stringify(result ?? null)]);
  await tx.query(
    `DELETE FROM command WHERE key IN
       (SELECT key FROM command WHERE done_at < now() - $1::interval LIMIT ${FORGOTTEN_AT_ONCE})`,
    [REMEMBERED],
  );
  return result;
}

async function earlierResult<T>(tx: TenantTx, key: string, digest: string): Promise<T> {
  const [earlier] = await tx.query<{ digest: string; result: T }>('SELECT digest, result FROM command WHERE key = $1', [
    key,
  ]);
  if (earlier?.digest !== digest) throw new NexusError('NX-1006', 'The idempotency key was used for another request');
  return earlier.result;
}
