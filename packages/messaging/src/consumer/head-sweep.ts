import { NexusError, readHeads } from '@nexus/contracts';
import { LRUCache } from 'lru-cache';
import { callRpc } from '../rpc/ask.ts';
import { lockCursor, type Cursor } from './apply.ts';
import type { ConsumerOptions } from './options.ts';

/** A sweep looks at heads that moved in the last minutes; every sixtieth, and the first after trouble, at all. */
const RECENT_SECONDS = 300;
const FULL_SWEEP_EVERY = 60;
/** Tenants whose head was seen at our cursor: not compared again until it moves, or for so long. */
const MAX_LEVEL = 20_000;
const LEVEL_MS = 120_000;
/** Tenants that are given until the next sweep; more at once are taken as behind. */
const MAX_SUSPECTS = 1_000;

export interface Sweep {
  /** Something was wrong since the last one: every head is asked for, and nobody waits to see. */
  readonly trouble: boolean;
  /** Its events are being applied, or are about to be: there is nothing to compare. */
  readonly isInHand: (tenant: string) => boolean;
  readonly onBehind: (tenant: string) => void;
}

/** Asks a source which logs moved and compares with our cursors: finds what no message ever told of. */
export class HeadSweep {
  readonly #options: Pick<ConsumerOptions, 'db' | 'nats' | 'source'>;
  /** Heads that our cursor was at. Not believed for long, nor by a full sweep: our own database may be an older copy by now. */
  readonly #level = new LRUCache<string, string>({ max: MAX_LEVEL, ttl: LEVEL_MS });
  /** Tenants that the last sweep found behind, with where their cursor stood. */
  #suspects = new Map<string, string>();
  #sweeps = 0;

  constructor(options: Pick<ConsumerOptions, 'db' | 'nats' | 'source'>) {
    this.#options = options;
  }

  /** Somebody was found behind and may not be so at the next sweep. */
  isSuspicious(): boolean {
    return this.#suspects.size > 0;
  }

  async sweep({ trouble, isInHand, onBehind }: Sweep): Promise<void> {
    const { nats, source } = this.#options;
    const full = trouble || this.#sweeps % FULL_SWEEP_EVERY === 0;
    this.#sweeps += 1;
    const before = this.#suspects;
    this.#suspects = new Map();
    let after: string | undefined;
    do {
      const page = await callRpc(nats, readHeads(source), null, {
        withinSeconds: full ? 0 : RECENT_SECONDS,
        ...(after === undefined ? {} : { after }),
      });
      for (const { tenant, ...head } of page.heads) {
        if (isInHand(tenant) || (!full && this.#level.get(tenant) === placeOf(head))) continue;
        const cursor = await this.#cursorOf(tenant);
        if (cursor === undefined) continue;
        if (placeOf(cursor) === placeOf(head)) this.#level.set(tenant, placeOf(head));
        else if (trouble || this.#isStuck(tenant, cursor, before)) onBehind(tenant);
      }
      after = page.next;
    } while (after !== undefined);
  }

  /**
   * Has not moved since the sweep before: what the stream is just bringing would otherwise be read from its owner as
   * well, page by page, for as long as the owner goes on writing.
   */
  #isStuck(tenant: string, cursor: Cursor, before: ReadonlyMap<string, string>): boolean {
    const place = placeOf(cursor);
    if (before.get(tenant) === place || this.#suspects.size >= MAX_SUSPECTS) return true;
    this.#suspects.set(tenant, place);
    return false;
  }

  /** Undefined for a tenant that is not here (any more, or yet). */
  async #cursorOf(tenantId: string): Promise<Cursor | undefined> {
    const { db, source } = this.#options;
    try {
      return await db.tx({ tenantId }, (tx) => lockCursor(tx, source));
    } catch (error) {
      if (error instanceof NexusError && error.code === 'NX-3003') return undefined;
      throw error;
    }
  }
}

const placeOf = ({ epoch, position, event }: Cursor): string => `${epoch}/${position}/${event ?? ''}`;
