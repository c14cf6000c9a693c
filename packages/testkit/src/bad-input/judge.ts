import { request } from 'node:http';
import { ERROR_CODES, problem } from '@nexus/contracts';
import type { BadRequest } from './bad-requests.ts';
import type { ApiRoute } from './open-api.ts';

/** Anything that tells of the inside: a file of ours, a library, a frame of a stack, a statement. */
const INSIDE = /node_modules|\.ts:\d|\n\s+at |node:internal|SELECT |INSERT INTO/;
const TIMEOUT_MS = 20_000;

/** Sends one bad request; what is wrong with the answer, or nothing. */
export async function judge(url: string, token: string, route: ApiRoute, bad: BadRequest): Promise<string | undefined> {
  const response = await fetch(url + bad.path, {
    method: route.method,
    headers: { ...bad.headers, authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(bad.body === undefined ? {} : { body: bad.body as NonNullable<RequestInit['body']> }),
  });
  const fault = faultOf(response.status, response.headers.get('content-type') ?? '', await response.text(), bad);
  return fault === undefined ? undefined : `${route.method} ${route.path}, ${bad.name}: ${fault}`;
}

/** What is wrong with an answer that should refuse. */
export function faultOf(
  status: number,
  type: string,
  text: string,
  { codes, at }: Pick<BadRequest, 'codes' | 'at'>,
): string | undefined {
  const told = `${status} ${text.slice(0, 300)}`;
  if (status < 400) return `was taken: ${told}`;
  if (status >= 500) return `failed: ${told}`;
  if (!type.startsWith('application/problem+json')) return `is no problem+json (${type}): ${told}`;
  const read = problem.safeParse(JSON.parse(text));
  if (!read.success) return `is no problem of ours: ${told}`;
  const { code, errors } = read.data;
  const known = Object.entries(ERROR_CODES).find(([name]) => name === code);
  if (known?.[1].status !== status) return `has a code that contracts do not know so: ${told}`;
  if (INSIDE.test(text)) return `tells of the inside: ${told}`;
  if (codes.length > 0 && !codes.some((one) => one === code)) return `is not ${codes.join(' or ')}: ${told}`;
  const placed = at === undefined || (errors ?? []).some(({ path }) => path === at || path.startsWith(`${at}.`));
  return placed || errors?.length === 50 ? undefined : `does not say that the mistake is at ${at}: ${told}`;
}

/** Announces a body of ten gigabytes and sends none of it: the answer may not wait for it. */
export function judgeAnnounced(url: string, token: string, route: ApiRoute, path: string): Promise<string | undefined> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': route.body?.type ?? 'application/json',
    'content-length': '10000000000',
  };
  const name = `${route.method} ${route.path}, ten gigabytes announced`;
  return new Promise((resolve) => {
    const sent = request(url + path, { method: route.method, headers, timeout: TIMEOUT_MS }, (response) => {
      const code = response.statusCode ?? 0;
      sent.destroy();
      resolve(code === 413 ? undefined : `${name}: ${code} instead of 413`);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', (error) => resolve(`${name}: ${error.message}`));
    sent.flushHeaders();
  });
}
