import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers `/livez`, `/startupz` and `/readyz`; false where something else was asked for. The edge is ready as long as it
 * runs: a service or an engine that is away answers for itself, behind it, and must not take all the others with it.
 */
export function answerProbe(
  request: IncomingMessage,
  response: ServerResponse,
  state: { readonly draining: boolean },
): boolean {
  switch (request.url) {
    case '/livez':
      send(response, 200, { live: true });
      return true;
    case '/startupz':
      send(response, 200, { started: true });
      return true;
    case '/readyz':
      send(response, state.draining ? 503 : 200, { ready: !state.draining });
      return true;
    default:
      return false;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
