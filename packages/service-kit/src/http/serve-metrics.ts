import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, Metrics } from '@nexus/telemetry';
import { serve, type HttpService, type ServeOptions } from './serve.ts';

export interface MetricsListenerOptions extends ServeOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * `GET /metrics` on a listener of its own, which nothing that serves people leads to: names of routes and of tenants are
 * for whoever runs the platform. Fails with the system's own error where the port is taken.
 */
export function serveMetrics(options: MetricsListenerOptions): Promise<HttpService> {
  const { metrics, logger } = options;
  return serve((request, response) => {
    answer(metrics, request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'the metrics could not be written');
      response.destroy();
    });
  }, options);
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/metrics') {
    response.writeHead(404).end();
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}
