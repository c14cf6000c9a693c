import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformRoute } from '../../routes.ts';
import type { KeepAliveClient } from './keep-alive-client.ts';

const PAUSE_MS = 100;

/** Paths of the lists that every service shows in the back office. */
export const listsOf = (routes: readonly PlatformRoute[]): string[] =>
  routes
    .filter(
      ({ method, needsToken, streams, path }) => method === 'GET' && needsToken && !streams && !path.includes('{'),
    )
    .filter(({ parameters }) => parameters.every((parameter) => !parameter.required))
    .map(({ service, path }) => `/api/${service}${path}`);

/** Those that answer this person now; others are not for him. */
export async function readable(client: KeepAliveClient, paths: readonly string[], token: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const answer = await client.ask({ path, token, expected: [400, 401, 403, 404, 422] });
    if (answer?.status === 200) found.push(path);
  }
  return found;
}

/** Somebody who reads one page after the other. */
export async function read(
  client: KeepAliveClient,
  paths: readonly string[],
  token: () => string,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; !signal.aborted; at += 1) {
    const path = paths[at % paths.length] ?? '/';
    await client.ask(path.startsWith('/api/') ? { path, token: token() } : { path });
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
