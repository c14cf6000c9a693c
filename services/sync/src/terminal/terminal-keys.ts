import type { KeyObject } from 'node:crypto';
import { NexusError, terminalByKey, type TerminalFacts } from '@nexus/contracts';
import { callRpc, type NatsLink } from '@nexus/messaging';
import type { TenancyDb } from '@nexus/tenancy-db';
import { LRUCache } from 'lru-cache';
import { publicKeyOf } from '../journal/verify-upload.ts';
import type { KeyFacts } from './terminal.repository.ts';

/** The owner of a key. */
export interface TerminalKey extends KeyFacts {
  readonly tenantId: string;
  readonly key: KeyObject;
}

const MAX_KEYS = 50_000;
const MAX_UNKNOWN = 10_000;
/** So long a key that nobody has is not asked for again. */
const UNKNOWN_MS = 5_000;

interface KeyRow {
  key_id: string;
  tenant_id: string;
  terminal: string;
  public_key: string;
  chain: string | null;
  revoked_at: string | null;
}

/**
 * Whose key signed an upload: from memory, from the shared table that identity's events fill, and only for a key never
 * seen here from identity itself. A key never changes its owner, so what was found may be kept.
 */
export class TerminalKeys {
  readonly #db: TenancyDb;
  readonly #nats: NatsLink;
  readonly #known = new LRUCache<string, TerminalKey>({ max: MAX_KEYS });
  readonly #unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN, ttl: UNKNOWN_MS });

  constructor(db: TenancyDb, nats: NatsLink) {
    this.#db = db;
    this.#nats = nats;
  }

  /** SYN-1003 for a key that no terminal has; NX-3001 while it is not known here and identity cannot be asked. */
  async owner(keyId: string): Promise<TerminalKey> {
    const known = this.#known.get(keyId) ?? (await this.#stored(keyId));
    if (known !== undefined) return known;
    if (this.#unknown.has(keyId)) throw new NexusError('SYN-1003');
    const { found } = await callRpc(this.#nats, terminalByKey, null, { keyId });
    if (found === null) {
      this.#unknown.set(keyId, true);
      throw new NexusError('SYN-1003');
    }
    await this.remember(found.tenant, found.terminal);
    const now = await this.#stored(keyId);
    if (now === undefined) throw new NexusError('SYN-1003');
    return now;
  }

  /** Notes the key of a terminal as identity tells it. The first owner of a key stays its owner. */
  async remember(tenantId: string, facts: TerminalFacts): Promise<void> {
    const { keyId, publicKey } = facts;
    if (keyId === null || publicKey === null) return;
    await this.#db.shared((tx) =>
      tx.query(
        `INSERT INTO terminal_key AS k (key_id, tenant_id, terminal, public_key, chain, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (key_id) DO UPDATE SET chain = excluded.chain, revoked_at = excluded.revoked_at
           WHERE k.tenant_id = excluded.tenant_id AND k.terminal = excluded.terminal`,
        [keyId, tenantId, facts.id, publicKey, facts.chain, facts.revokedAt],
      ),
    );
    this.#known.delete(keyId);
    this.#unknown.delete(keyId);
  }

  async #stored(keyId: string): Promise<TerminalKey | undefined> {
    const [row] = await this.#db.shared((tx) =>
      tx.query<KeyRow>(
        `SELECT key_id, tenant_id, terminal, public_key, chain, revoked_at::text AS revoked_at
         FROM terminal_key WHERE key_id = $1`,
        [keyId],
      ),
    );
    if (row === undefined) return undefined;
    const owner: TerminalKey = {
      tenantId: row.tenant_id,
      terminal: row.terminal,
      keyId: row.key_id,
      publicKey: row.public_key,
      chain: row.chain,
      revokedAt: row.revoked_at,
      key: publicKeyOf(row.public_key),
    };
    this.#known.set(keyId, owner);
    return owner;
  }
}
