import { problem } from '@nexus/contracts';

/**
 * Codes of what goes wrong on this side of the edge; everything else keeps the code that its service gave.
 * Stable like the services' own: add, never rename.
 */
export const LOCAL_CODES = {
  'BO-1001': 'The platform cannot be reached',
  'BO-1002': 'The answer was not understood',
  'BO-1003': 'The platform answered in an unknown form',
  'BO-1004': 'The platform did not answer in time',
  'BO-1005': 'Your session has ended',
  'BO-1006': 'The sign-in was refused',
} as const;
export type LocalCode = keyof typeof LOCAL_CODES;

export interface ApiErrorFacts {
  readonly code: string;
  readonly title: string;
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  readonly detail?: string | undefined;
  readonly traceId?: string | undefined;
  readonly fields?: readonly { path: string; message: string }[] | undefined;
}

/** An expected failure of a question to the platform: what people are shown, and what support asks for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly title: string;
  readonly status: number | null;
  readonly detail: string | undefined;
  readonly traceId: string | undefined;
  readonly fields: readonly { path: string; message: string }[];

  constructor(facts: ApiErrorFacts, cause?: unknown) {
    super(`${facts.code}: ${facts.detail ?? facts.title}`, cause === undefined ? undefined : { cause });
    this.code = facts.code;
    this.title = facts.title;
    this.status = facts.status;
    this.detail = facts.detail;
    this.traceId = facts.traceId;
    this.fields = facts.fields ?? [];
  }
}

export const localError = (code: LocalCode, options: { status?: number; cause?: unknown; detail?: string } = {}) =>
  new ApiError(
    { code, title: LOCAL_CODES[code], status: options.status ?? null, detail: options.detail },
    options.cause,
  );

/** What a failed answer says of itself. Anything but problem+json comes from something between us and the service. */
export const errorOfAnswer = async (answer: Response): Promise<ApiError> => {
  const text = await answer.text().catch(() => '');
  const read = problem.safeParse(parsed(text));
  if (!read.success) return localError('BO-1003', { status: answer.status });
  const { code, title, status, detail, traceId, errors } = read.data;
  return new ApiError({ code, title, status, detail, traceId, fields: errors });
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
