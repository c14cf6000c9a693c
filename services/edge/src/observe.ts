import type { IncomingMessage, ServerResponse } from 'node:http';
import { METRICS, secondsSince, type Metrics } from '@nexus/telemetry';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Notes how long a request took until its answer was sent or the client was gone. What this returns notes it at once: for
 * an event stream, when it begins.
 */
export function observe(
  metrics: Metrics,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
): () => void {
  const startedAt = performance.now();
  const { method = '' } = request;
  let noted = false;
  const note = (): void => {
    if (noted) return;
    noted = true;
    const status = response.headersSent ? `${Math.floor(response.statusCode / 100)}xx` : 'cut';
    const labels = { service: 'edge', method: METHODS.has(method) ? method : 'other', route, status };
    metrics.observe(METRICS.httpDuration, labels, secondsSince(startedAt));
  };
  response.once('close', note);
  return note;
}
