import { t } from '../i18n/index.ts';
import { ApiError } from './api-error.ts';

/** A failure in the reader's words: what happened, what to do, and the stable code to report. */
export interface Explanation {
  readonly title: string;
  readonly advice: string;
  /** Stable code; null for a fault of the page itself. */
  readonly code: string | null;
  readonly traceId: string | undefined;
  /** Asking again may help. */
  readonly retry: boolean;
}

const ADVICE: Readonly<Record<string, string>> = {
  'BO-1001': t.errors.unreachable,
  'BO-1002': t.errors.notUnderstood,
  'BO-1004': t.errors.tooSlow,
  'BO-1005': t.errors.session,
  'NX-1002': t.errors.notFound,
  'NX-1006': t.errors.conflict,
  'NX-1007': t.errors.tooMany,
  'NX-2003': t.errors.notPermitted,
  'NX-3002': t.errors.upgrading,
  'NX-3003': t.errors.notFound,
};
/** Asking the same again gives the same answer. */
const FINAL = new Set(['BO-1005', 'NX-1002', 'NX-2003', 'NX-2004', 'NX-3003']);

const adviceByStatus = (status: number | null): string => {
  if (status === null) return t.errors.unreachable;
  if (status === 401) return t.errors.session;
  if (status === 403) return t.errors.notPermitted;
  if (status === 404) return t.errors.notFound;
  if (status === 409) return t.errors.conflict;
  if (status === 502 || status === 503 || status === 504) return t.errors.unavailable;
  return status < 500 ? t.errors.invalid : t.errors.unexpected;
};

export const explain = (error: unknown): Explanation =>
  error instanceof ApiError
    ? {
        title: error.detail ?? error.title,
        advice: ADVICE[error.code] ?? adviceByStatus(error.status),
        code: error.code,
        traceId: error.traceId,
        retry: !FINAL.has(error.code),
      }
    : { title: t.errors.crashed, advice: t.errors.unexpected, code: null, traceId: undefined, retry: true };
