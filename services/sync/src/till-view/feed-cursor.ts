import { NexusError } from '@nexus/contracts';

/** Where a till stands in the feed: a position, and the stamp of the batch in which it lies (null at 0). */
export interface FeedCursor {
  readonly position: number;
  readonly stamp: string | null;
}

export const encodeCursor = ({ position, stamp }: FeedCursor): string =>
  Buffer.from(JSON.stringify([position, stamp])).toString('base64url');

/** NX-1001 for what is no cursor of this feed. */
export function decodeCursor(text: string): FeedCursor {
  const [position, stamp] = decoded(text);
  if (!Number.isSafeInteger(position) || (position as number) < 0) throw strange();
  if (stamp !== null && typeof stamp !== 'string') throw strange();
  return { position: position as number, stamp };
}

/** The key after which a page of the snapshot goes on. */
export interface SnapshotKey {
  readonly kind: string;
  readonly id: string;
}

export const encodeKey = ({ kind, id }: SnapshotKey): string =>
  Buffer.from(JSON.stringify([kind, id])).toString('base64url');

export function decodeKey(text: string): SnapshotKey {
  const [kind, id] = decoded(text);
  if (typeof kind !== 'string' || typeof id !== 'string' || /\0/.test(kind + id)) throw strange();
  return { kind, id };
}

const strange = (): NexusError => new NexusError('NX-1001', 'This is no cursor of this feed');

function decoded(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === 2) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw strange();
}
