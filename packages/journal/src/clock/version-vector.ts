/** What a device has seen of others: terminal → sequence. Absent is 0. */
export type VersionVector = Readonly<Record<string, number>>;

export type VectorOrder = 'equal' | 'before' | 'after' | 'concurrent';

/** Knows all that either knows. Commutative, associative, idempotent. */
export const mergeVectors = (a: VersionVector, b: VersionVector): VersionVector => {
  const merged: Record<string, number> = { ...a };
  for (const [terminal, seq] of Object.entries(b)) merged[terminal] = Math.max(merged[terminal] ?? 0, seq);
  return merged;
};

/** `a` has seen `seq` of a terminal. */
export const advanceVector = (a: VersionVector, terminal: string, seq: number): VersionVector =>
  seq > (a[terminal] ?? 0) ? { ...a, [terminal]: seq } : a;

/** `before`: everything that `a` knows `b` knows, and more. */
export const compareVectors = (a: VersionVector, b: VersionVector): VectorOrder => {
  const less = Object.entries(a).some(([terminal, seq]) => (b[terminal] ?? 0) > seq) || hasMore(b, a);
  const more = Object.entries(b).some(([terminal, seq]) => (a[terminal] ?? 0) > seq) || hasMore(a, b);
  return less && more ? 'concurrent' : less ? 'before' : more ? 'after' : 'equal';
};

/** `a` knows a terminal of which `b` has seen nothing. */
const hasMore = (a: VersionVector, b: VersionVector): boolean =>
  Object.entries(a).some(([terminal, seq]) => seq > 0 && !b[terminal]);
