import { z } from 'zod';
import { isoInstant, uuid } from './common.ts';

/**
 * Something that does not add up and waits for a person. Every service keeps its own in the tenant's schema and lists
 * them at `GET /exceptions`; kinds are stable words.
 */
export const EXCEPTION_KINDS = [
  'line-unreadable',
  'version-unknown',
  'kind-unknown',
  'entry-misplaced',
  'chain-broken',
  'gap',
  'fork',
  'chain-unannounced',
  'terminal-revoked',
  'clock-off',
  'recomputation-differs',
  'return-without-original',
  'return-exceeds-original',
  'original-not-here-yet',
  'void-of-unknown',
  'duplicate-entry-id',
  'receipt-gap',
  'stock-below-zero',
  'message-failed',
  'reconciliation-differs',
  'product-unknown',
  'branch-mismatch',
] as const;
export const exceptionKind = z.enum(EXCEPTION_KINDS);
export type ExceptionKind = z.infer<typeof exceptionKind>;

export const exceptionRow = z.object({
  id: uuid,
  kind: exceptionKind,
  severity: z.enum(['info', 'warning', 'error']),
  branch: uuid.nullable(),
  terminal: uuid.nullable(),
  /** What it is about: an entry id, a product id … */
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  raisedAt: isoInstant,
  settledAt: isoInstant.nullable(),
  settledBy: z.string().nullable(),
  note: z.string().nullable(),
});
export type ExceptionRow = z.infer<typeof exceptionRow>;
