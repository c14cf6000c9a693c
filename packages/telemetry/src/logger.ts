import { context, trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions as PinoOptions } from 'pino';
import { currentTenant } from './tenant-scope.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  /** `trace` … `fatal`, or `silent`. Default `info`. */
  readonly level?: string;
  /** Where lines go; standard output unless told otherwise. */
  readonly destination?: DestinationStream;
}

/** Names under which secrets travel. A secret of our own is a `Sensitive`; this catches headers and foreign objects. */
const SECRET_PATHS = ['authorization', 'cookie', 'password', 'secret', 'token', 'accessToken', 'privateKey'].flatMap(
  (name) => [name, `*.${name}`, `*.*.${name}`],
);

/** JSON lines with time in UTC, service, and, inside a span or a tenant's scope, `trace_id`, `span_id`, `tenant`. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: PinoOptions = {
    level: options.level ?? 'info',
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '[sensitive]' },
    mixin: whereAmI,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

function whereAmI(): Record<string, string> {
  const fields: Record<string, string> = {};
  const span = trace.getSpanContext(context.active());
  if (span !== undefined) {
    fields.trace_id = span.traceId;
    fields.span_id = span.spanId;
  }
  const tenant = currentTenant();
  if (tenant !== undefined) fields.tenant = tenant;
  return fields;
}
