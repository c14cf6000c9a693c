import { NexusError } from '@nexus/contracts';

/** PostgreSQL's five-character error class, where the error is one of the database's. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Serialization failure, deadlock: the transaction may simply be run again. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);

/**
 * The database could not be reached or is going away: nothing is wrong with the work itself, so whoever asked should
 * try later. Classes 08 (connection), 53 (resources), 57P (operator intervention).
 */
export function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && (/^(08|53)/.test(state) || state.startsWith('57P'))) return true;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && CONNECTION_CODES.has(code)) return true;
  const message = error instanceof Error ? error.message : '';
  return /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error/i.test(
    message,
  );
}

/** Unique violation, with the constraint's name. */
export function uniqueViolation(error: unknown): string | undefined {
  if (sqlState(error) !== '23505') return undefined;
  return (error as { constraint?: string }).constraint ?? '';
}

/** Turns what a transaction threw into what callers expect: stable codes for "no such tenant" and "not available". */
export function translated(error: unknown): unknown {
  if (error instanceof NexusError) return error;
  if (isUnavailable(error)) return new NexusError('NX-3001', 'The database is not available', { cause: error });
  return error;
}
