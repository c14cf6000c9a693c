export { authorize, isTenantRoute, needsToken, permissionsOf, type Access } from './access/access.ts';
export {
  createTokenVerifier,
  type SecurityState,
  type TokenVerifier,
  type TokenVerifierOptions,
} from './access/token-verifier.ts';
export { assertSeesBranch, seesBranch, visibleBranches } from './access/visible-branches.ts';
export { ndjson, noContent, rawAnswer, sse, type Answer, type ServerSentEvent } from './http/answer.ts';
export { bufferBody, streamBody, type RawBody } from './http/body.ts';
export { createApp, type AppOptions } from './http/create-app.ts';
export { TenantFigures, type TenantFigure, type TenantFiguresOptions } from './figures/tenant-figures.ts';
export { Health, type CheckOptions, type ReadinessCheck } from './http/health.ts';
export { openApiDocument } from './http/openapi.ts';
export { TRACE_ID_HEADER } from './http/request-scope.ts';
export { defineRoute, type HandlerInput, type Reply, type Route, type RouteSpec } from './http/route.ts';
export { serve, type HttpService, type ServeOptions } from './http/serve.ts';
export { serveMetrics, type MetricsListenerOptions } from './http/serve-metrics.ts';
export { serveProbes, type ProbesOptions } from './http/serve-probes.ts';
export { migrateMain } from './migrate/migrate-main.ts';
export { migrateConfig, runMigrate, type MigrateProcess } from './migrate/run-migrate.ts';
export { auditRoutes } from './routes/audit-routes.ts';
export { exceptionRoutes } from './routes/exception-routes.ts';
export { failedMessageRoutes } from './routes/failed-message-routes.ts';
export {
  ConfigError,
  defineService,
  readConfig,
  type RunningService,
  type ServiceDefinition,
  type ServiceRuntime,
} from './service/define-service.ts';
export { SCRAPED, SCRAPE_STATEMENT, type Gauges } from './service/part-gauges.ts';
export type { ProcessHandle } from './service/life.ts';
export { Measured, METRICS_MESSAGE, metricsConfig, type MetricsConfig } from './service/measured.ts';
export { READY_MESSAGE, runConfig, runServices } from './service/run-services.ts';
export { serviceEnv, variableName, type Env } from './service/service-env.ts';
export { count, flag, processConfig, secret, standardConfig, type StandardConfig } from './service/standard-config.ts';
export {
  standardService,
  startStandardService,
  type Background,
  type Kit,
  type StandardDefinition,
  type StandardService,
} from './service/standard-service.ts';
export { describeRoutes, type RouteDescription, type RouteParameter } from './http/describe-routes.ts';
