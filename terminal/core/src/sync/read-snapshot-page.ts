import { feedItem, snapshotPageEnd, type FeedItem } from '@nexus/contracts';
import { TransportError, type SnapshotPage } from '../ports/transport.ts';

const KNOWN_KINDS = new Set<unknown>(feedItem.options.map((option) => option.shape.k.value));

/** Reads a page of the snapshot (NDJSON). Kinds of a newer platform are skipped; a page cut off rejects as a whole. */
export const readSnapshotPage = (body: string): SnapshotPage => {
  const lines = body.split('\n').filter((line) => line !== '');
  const items: FeedItem[] = [];
  for (const [index, line] of lines.entries()) {
    const value = parse(line);
    if (value.k === 'page-end' && index === lines.length - 1) {
      const { next, cursor } = snapshotPageEnd.parse(value);
      return { items, next, cursor };
    }
    if (!KNOWN_KINDS.has(value.k)) continue;
    const item = feedItem.safeParse(value);
    if (!item.success) throw new TransportError('refused', `line ${index + 1} of the snapshot is not valid`);
    items.push(item.data);
  }
  throw new TransportError('unreachable', 'the page of the snapshot was cut off');
};

const parse = (line: string): { k?: unknown } => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TransportError('unreachable', 'the page of the snapshot was cut off');
};
