export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { METRICS } from './metrics/metric-table.ts';
export { sample, type Counter, type Gauge, type Histogram, type Metric, type Sample } from './metrics/metric.ts';
export { createMetrics, Metrics } from './metrics/metrics.ts';
export { outcomeOf, secondsSince, timed } from './metrics/outcome.ts';
export type { GaugeGroupOptions } from './metrics/gauge-group.ts';
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
