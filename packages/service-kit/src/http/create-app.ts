import { NexusError } from '@nexus/contracts';
import type { Logger, Metrics } from '@nexus/telemetry';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import type { TokenVerifier } from '../access/token-verifier.ts';
import { securityHeaders } from './headers.ts';
import { Health } from './health.ts';
import { lastAnswers } from './last-answers.ts';
import { Load, type LoadLimits } from './load.ts';
import { requestObserver } from './observe-request.ts';
import { openApiDocument } from './openapi.ts';
import { expected, problemOf, PROBLEM_TYPE } from './problem.ts';
import { requestScope } from './request-scope.ts';
import type { Route } from './route.ts';
import { runRoute, type RouteContext } from './run-route.ts';

export interface AppOptions extends LoadLimits {
  /** Name of the service; besides `/x` the app answers at `/api/{service}/x`, the path it has behind the edge. */
  readonly service: string;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly verifier: Pick<TokenVerifier, 'verify' | 'stillValid'>;
  readonly version?: string;
  /** What the probes say; one that is ready by itself where none is given. */
  readonly health?: Health;
  /** Where requests are counted and timed. */
  readonly metrics?: Metrics;
  /** Aborted when the process begins to stop: streams end, connections are not kept. */
  readonly stopping?: AbortSignal;
  readonly heartbeatMs?: number;
  /**
   * Peers whose `x-forwarded-for` is believed, as Express writes them. Whoever is believed may name any address, and limits
   * count by address: name the edge alone. Default: this machine.
   */
  readonly trustProxy?: string;
}

const THIS_MACHINE = 'loopback';

/** The HTTP side of a service: its routes, probes, `/openapi.json`, and problem details for everything that goes wrong. */
export function createApp(options: AppOptions): Express {
  const { service, logger, routes } = options;
  const health = options.health ?? startedHealth();
  const stopping = options.stopping ?? new AbortController().signal;
  const context: RouteContext = {
    verifier: options.verifier,
    load: new Load(options),
    stopping,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', options.trustProxy ?? THIS_MACHINE);
  app.use(withoutPrefix(`/api/${service}`));
  app.use(securityHeaders);
  addProbes(app, health);
  app.use(requestScope(logger, requestObserver(options.metrics, service)));
  app.use(lastAnswers(stopping));
  const document = lazily(() => JSON.stringify(openApiDocument(service, routes, options.version)));
  app.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(document());
  });
  app.all('/openapi.json', methodNotAllowed(['GET']));
  addRoutes(app, routes, context);
  app.use(() => {
    throw new NexusError('NX-1002');
  });
  app.use(answerProblem(logger));
  return app;
}

function addRoutes(app: Express, routes: readonly Route[], context: RouteContext): void {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const name = route.method.toUpperCase();
    const taken = methods.get(route.path) ?? [];
    if (taken.includes(name)) throw new TypeError(`${name} ${route.path} is declared twice`);
    methods.set(route.path, [...taken, name]);
    app[route.method](route.path, (request, response) => runRoute(route, request, response, context));
  }
  // After all routes: `/a/:id` must not answer 405 for `/a/b`, which another route may know.
  for (const [path, allowed] of methods) app.all(path, methodNotAllowed(allowed));
}

const methodNotAllowed =
  (allowed: readonly string[]): RequestHandler =>
  (request, response) => {
    response.setHeader('allow', [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', '));
    if (request.method !== 'OPTIONS') throw new NexusError('NX-1005');
    response.status(204).end();
  };

function addProbes(app: Express, health: Health): void {
  app.get('/livez', (_request, response) => void response.json({ live: true }));
  app.get('/startupz', (_request, response) => {
    response.status(health.started ? 200 : 503).json({ started: health.started });
  });
  app.get('/readyz', async (_request, response) => {
    const report = await health.readiness();
    response.status(report.ready ? 200 : 503).json(report);
  });
}

/** The edge, like an ingress, sends `/api/{service}/x` on as it is. */
const withoutPrefix =
  (prefix: string): RequestHandler =>
  (request, _response, next) => {
    if (request.url.startsWith(`${prefix}/`)) request.url = request.url.slice(prefix.length);
    next();
  };

function answerProblem(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const failure = expected(error);
    if (failure.status >= 500)
      logger.error({ err: error, route: response.locals.route as unknown }, 'a request failed');
    // The answer has begun, or nobody is there: only a cut connection can still say that it is not whole.
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    sendProblem(response, error, request.originalUrl.split('?')[0] ?? '/');
  };
}

function sendProblem(response: Response, error: unknown, instance: string): void {
  const problem = problemOf(error, instance);
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (problem.status === 429 || problem.status === 503) response.setHeader('retry-after', '1');
  response.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

function startedHealth(): Health {
  const health = new Health();
  health.markStarted();
  return health;
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
