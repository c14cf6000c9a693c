import { NexusError } from '@nexus/contracts';
import { z } from 'zod';

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor?: string;
}

/** Cuts a page out of `limit + 1` rows in order; the cursor is the key of the last row shown. */
export function pageOfRows<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string | number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') };
}

/** The key in a cursor; undefined for the first page. NX-1001 for what no list gave. */
export function cursorKey<T extends z.ZodType>(key: T, cursor: string | undefined): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return key.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new NexusError('NX-1001', 'The cursor is not one that this list gave', { cause: error });
  }
}

/** Key of lists in order of `index`. */
export const indexKey = z.number().int().min(0).max(2_147_483_647);
