import { z } from 'zod';

/**
 * Every error code that leaves a Nexus process, with its HTTP status and title.
 * Codes are stable: clients may switch on them. Add, never rename.
 */
export const ERROR_CODES = {
  'NX-1000': { status: 500, title: 'Internal error' },
  'NX-1001': { status: 400, title: 'The request is not valid' },
  'NX-1002': { status: 404, title: 'Not found' },
  'NX-1003': { status: 413, title: 'The body is too large' },
  'NX-1004': { status: 415, title: 'The content type is not supported' },
  'NX-1005': { status: 405, title: 'The method is not allowed' },
  'NX-1006': { status: 409, title: 'Conflict with the current state' },
  'NX-1007': { status: 429, title: 'Too many requests' },
  'NX-1008': { status: 400, title: 'The body is not valid JSON' },
  'NX-1009': { status: 406, title: 'The answer cannot be given in that form' },
  'NX-2001': { status: 401, title: 'Sign in first' },
  'NX-2002': { status: 401, title: 'The access token is not valid' },
  'NX-2003': { status: 403, title: 'Not permitted' },
  'NX-2004': { status: 403, title: 'The token names no single organization' },
  'NX-3001': { status: 503, title: 'A part of the platform is not available' },
  'NX-3002': { status: 503, title: 'The tenant is being upgraded' },
  'NX-3003': { status: 404, title: 'The tenant is not known here' },
  'NX-3004': { status: 504, title: 'A part of the platform did not answer in time' },
  'NX-3005': { status: 502, title: 'A part of the platform broke off its answer' },
  'IDN-1001': { status: 409, title: 'The slug is taken' },
  'IDN-1002': { status: 409, title: 'Provisioning has not ended' },
  'IDN-1003': { status: 401, title: 'The proof of possession is not valid' },
  'IDN-1004': { status: 400, title: 'The enrolment code is not valid' },
  'IDN-1005': { status: 403, title: 'The terminal is revoked' },
  'IDN-1006': { status: 422, title: 'The currency or country is not supported' },
  'CAT-1001': { status: 422, title: 'The import has bad rows' },
  'CAT-1002': { status: 409, title: 'The code or barcode is taken' },
  'CAT-1003': { status: 422, title: 'The import is too large' },
  'SYN-1001': { status: 413, title: 'The upload is too large' },
  'SYN-1002': { status: 400, title: 'The upload is not framed as lines' },
  'SYN-1003': { status: 401, title: 'The upload is not signed by a known terminal' },
  'SYN-1004': { status: 401, title: 'The signature is not valid' },
  'SYN-1005': { status: 410, title: 'The cursor is from another epoch: take a new snapshot' },
  'SAL-1001': { status: 409, title: 'The rebuild is already running' },
  'INV-1001': { status: 409, title: 'The count is not open' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** RFC 9457 problem details, with our stable `code` and, for bad input, where it is wrong. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  traceId: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

/** An expected failure that carries its code; the service kit turns it into problem+json, RPC into an error reply. */
export class NexusError extends Error {
  override readonly name = 'NexusError';
  readonly code: ErrorCode;
  readonly errors: readonly { path: string; message: string }[] | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    detail?: string,
    options?: {
      cause?: unknown;
      errors?: readonly { path: string; message: string }[];
      extra?: Readonly<Record<string, unknown>>;
    },
  ) {
    super(detail ?? ERROR_CODES[code].title, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options?.errors;
    this.extra = options?.extra;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}
