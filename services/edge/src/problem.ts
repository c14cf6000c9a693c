import type { ServerResponse } from 'node:http';
import { ERROR_CODES, type ErrorCode, type Problem } from '@nexus/contracts';

/** Answers with problem+json (RFC 9457), or cuts the connection when an answer has already begun. */
export function sendProblem(response: ServerResponse, code: ErrorCode, detail: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, title } = ERROR_CODES[code];
  const problem: Problem = { type: `urn:nexus:problem:${code}`, title, status, code, detail };
  const body = JSON.stringify(problem);
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(body);
}
