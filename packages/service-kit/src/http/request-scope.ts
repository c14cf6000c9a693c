import { currentTraceId, withRemoteTrace, type Logger, type Span } from '@nexus/telemetry';
import type { RequestHandler, Response } from 'express';
import type { RequestObserver } from './observe-request.ts';

/** Header by which an answer names its trace, for whoever reports a problem. */
export const TRACE_ID_HEADER = 'nexus-trace-id';

/** A span around each request, going on with the caller's trace; one log line and one observation when it is over. */
export function requestScope(logger: Logger, observe: RequestObserver): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const { method } = request;
    const attributes = { 'http.request.method': method, 'url.path': request.path.slice(0, 500) };
    void withRemoteTrace(
      request.headers,
      method,
      attributes,
      async (span) => {
        const id = currentTraceId();
        if (id !== undefined) response.setHeader(TRACE_ID_HEADER, id);
        response.locals.span = span;
        response.locals.startedAt = startedAt;
        const closed = new Promise<void>((resolve) => response.once('close', resolve));
        next();
        await closed;
        observe(method, response, startedAt);
        span.setAttribute('http.response.status_code', response.statusCode);
        const ms = Math.round((performance.now() - startedAt) * 10) / 10;
        const line = { method, route: routeOf(response), status: response.statusCode, ms };
        if (response.statusCode < 400) logger.debug(line, 'request');
        else logger.info(line, 'request');
      },
      'server',
    );
  };
}

/** Names the span and the log line after the route instead of the address, which has ids in it. */
export function nameRequest(response: Response, method: string, path: string): void {
  response.locals.route = path;
  const span = response.locals.span as Span | undefined;
  span?.updateName(`${method.toUpperCase()} ${path}`).setAttribute('http.route', path);
}

const routeOf = (response: Response): string | undefined => response.locals.route as string | undefined;
