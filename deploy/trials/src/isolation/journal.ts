import { beforeAll, expect, test } from '@jest/globals';
import { JOURNAL_CONSUMERS, KINDS_BY_SERVICE } from '@nexus/contracts';
import { waitFor } from '@nexus/testkit';
import { randomUUIDv7 } from 'node:crypto';
import { detailsOf } from './details.ts';
import { inDatabaseOf, rows, settledFootprint, tenantSchema } from './footprint.ts';
import { FOLLOWED_KINDS, forgedEntry, type ForgedDetails } from './forgery.ts';
import { forgingTill } from './forging-till.ts';
import type { World } from './world.ts';

const PATIENCE_MS = 120_000;

/** Journal entries signed by a till of A, with B's ids in them: what a changed program may send. */
export function journalSuite(world: () => World): void {
  let details: ForgedDetails;
  beforeAll(async () => {
    details = await detailsOf(world());
  });

  test('every kind that a service follows can be forged here', () => {
    expect(JOURNAL_CONSUMERS.every((service) => KINDS_BY_SERVICE[service].length > 0)).toBe(true);
    for (const kind of FOLLOWED_KINDS) expect(forgedEntry(kind, world().targets[0] ?? '', details).k).toBe(kind);
  });

  test('followers that get A’s journal with B’s ids change nothing of B, refer to nothing of B, and go on', async () => {
    const { platform, origin, a, b, targets } = world();
    const before = await settledFootprint(platform, b.tenant.id, targets);
    const till = await forgingTill(origin, a);
    const entries = targets.flatMap((id) =>
      FOLLOWED_KINDS.map((kind) => ({
        ...forgedEntry(kind, id, details),
        // Entry ids are one's own but for one kind, which takes B's.
        i: kind === 'sale' ? id : randomUUIDv7(),
      })),
    );
    expect(await till.deliver(entries)).toBe(entries.length);
    for (const service of JOURNAL_CONSUMERS) await waitUntilFollowed(world(), service, till.terminal, entries.length);
    expect(await settledFootprint(platform, b.tenant.id, targets)).toEqual(before);

    // What was applied came from the forged entries: none was passed over as unreadable.
    const found = await Promise.all(JOURNAL_CONSUMERS.map((service) => unreadableOf(world(), service, till.terminal)));
    expect(found.flat()).toEqual([]);
  });
}

const waitUntilFollowed = ({ platform, a }: World, service: string, terminal: string, number: number): Promise<void> =>
  waitFor(
    () =>
      inDatabaseOf(platform, service, async (sql) => {
        const text = `SELECT number FROM ${tenantSchema(a.tenant.id)}.journal_cursor WHERE terminal = $1`;
        const [cursor] = await rows<{ number: string }>(sql, text, [terminal]);
        return Number(cursor?.number ?? 0) >= number;
      }),
    { what: `${service} to follow the forged journal`, timeoutMs: PATIENCE_MS },
  ).then(() => undefined);

const unreadableOf = ({ platform, a }: World, service: string, terminal: string): Promise<unknown[]> =>
  inDatabaseOf(platform, service, (sql) =>
    rows(sql, `SELECT 1 FROM ${tenantSchema(a.tenant.id)}.exception WHERE kind = 'line-unreadable' AND terminal = $1`, [
      terminal,
    ]),
  );
