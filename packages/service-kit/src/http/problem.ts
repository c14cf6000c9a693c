import { STATUS_CODES } from 'node:http';
import { ERROR_CODES, NexusError, type ErrorCode, type Problem } from '@nexus/contracts';
import { isUnavailable } from '@nexus/tenancy-db';
import { currentTraceId } from '@nexus/telemetry';
import type { z } from 'zod';

export const PROBLEM_TYPE = 'application/problem+json';

const MAX_ISSUES = 50;
const MAX_TEXT = 500;

/** Problem details for any failure. What was not expected says nothing of its inside; the trace id leads to the log. */
export function problemOf(error: unknown, instance: string): Problem {
  const failure = expected(error);
  const { status, title } = ERROR_CODES[failure.code];
  const traceId = currentTraceId();
  return {
    ...failure.extra,
    type: `urn:nexus:problem:${failure.code}`,
    title,
    status,
    code: failure.code,
    ...(failure.message === title ? {} : { detail: failure.message.slice(0, MAX_TEXT) }),
    instance: instance.slice(0, MAX_TEXT),
    ...(traceId === undefined ? {} : { traceId }),
    ...(failure.errors === undefined ? {} : { errors: [...failure.errors] }),
  };
}

/** The failure as one that may leave the process: expected ones as they are, the HTTP layer's by status, others as NX-1000. */
export function expected(error: unknown): NexusError {
  if (error instanceof NexusError) return error;
  if (isUnavailable(error)) return new NexusError('NX-3001', undefined, { cause: error });
  // The router's only complaint of its own: a path whose percent-encoding does not decode.
  return new NexusError(error instanceof URIError ? 'NX-1001' : 'NX-1000', undefined, { cause: error });
}

/** NX-1001 with the place of each mistake: `body.lines.3.quantity`. */
export function invalid(where: 'body' | 'query' | 'path', error: z.ZodError): NexusError {
  const errors = error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: [where, ...issue.path].map(String).join('.').slice(0, MAX_TEXT),
    message: issue.message.slice(0, MAX_TEXT),
  }));
  return new NexusError('NX-1001', undefined, { errors });
}

/** Minimal problem for a request that is not even HTTP, as the text to write to the socket. */
export function rawProblem(code: ErrorCode, status: number): string {
  const body = JSON.stringify({
    type: `urn:nexus:problem:${code}`,
    title: ERROR_CODES[code].title,
    status,
    code,
  });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
