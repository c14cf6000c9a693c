export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { Sensitive } from './sensitive.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts';
export { currentTenant, runWithTenant } from './tenant-scope.ts';
export {
  currentTraceId,
  injectTrace,
  withRemoteTrace,
  withSpan,
  type Span,
  type SpanAttributes,
  type SpanRole,
  type TraceCarrier,
} from './trace.ts';
