import { z } from 'zod';
import { sha256Hex, uuid } from '../common.ts';
import { defineLinesRpc } from './rpc.ts';

/** Most entries in one answer; the answer is cut by bytes before that. */
export const MAX_TAKE = 500;

/**
 * Take a terminal's entries of certain kinds after a number, for a service that applies them. Same epoch rule as event
 * logs: `after`/`afterHash` that the journal does not know mean that it was restored; it answers `restart`.
 */
export const takeEntries = defineLinesRpc({
  service: 'sync',
  name: 'take-entries',
  scope: 'tenant',
  timeoutMs: 15_000,
  request: z.strictObject({
    terminal: uuid,
    epoch: z.number().int().min(0),
    after: z.number().int().min(0),
    afterHash: sha256Hex.optional(),
    kinds: z.array(z.string().max(64)).max(64),
    limit: z.number().int().min(1).max(MAX_TAKE),
  }),
  reply: z.object({
    epoch: z.number().int(),
    restart: z.boolean(),
    /** Numbers up to here were looked at: the asker's next cursor. */
    through: z.number().int(),
    throughHash: sha256Hex.nullable(),
    /** True when nothing numbered lies beyond `through`. */
    drained: z.boolean(),
    /** `[number, hash]` in number order; the lines beside the reply are in the same order. */
    entries: z.array(z.tuple([z.number().int(), z.string()])).max(MAX_TAKE),
  }),
});
