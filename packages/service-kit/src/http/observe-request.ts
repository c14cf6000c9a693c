import type { Metrics } from '@nexus/telemetry';
import { METRICS, secondsSince } from '@nexus/telemetry';
import type { Response } from 'express';

/** Everything that is no route of ours is one value: whoever asks for random addresses makes no new series. */
const UNKNOWN = 'unknown';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type RequestObserver = (method: string, response: Response, startedAt: number) => void;

/** Notes how long an answer took, by route and class of status. */
export const requestObserver =
  (metrics: Metrics | undefined, service: string): RequestObserver =>
  (method, response, startedAt) => {
    const labels = {
      service,
      method: METHODS.has(method) ? method : UNKNOWN,
      route: (response.locals.route as string | undefined) ?? UNKNOWN,
      status: statusClass(response),
    };
    const seconds = (response.locals.beganAfter as number | undefined) ?? secondsSince(startedAt);
    metrics?.observe(METRICS.httpDuration, labels, seconds);
  };

/** An event stream is answered when it begins: how long somebody listens says nothing about us. */
export function noteStreamBegan(response: Response): void {
  const startedAt = response.locals.startedAt as number | undefined;
  if (startedAt !== undefined) response.locals.beganAfter = secondsSince(startedAt);
}

/** Whoever went away before the answer began is a client's doing, as 499 of some proxies. */
const statusClass = (response: Response): string =>
  response.headersSent ? `${Math.trunc(response.statusCode / 100)}xx` : '4xx';
