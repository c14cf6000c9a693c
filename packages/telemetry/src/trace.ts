import {
  context,
  propagation,
  trace,
  SpanKind,
  SpanStatusCode,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';

export type { Span };

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Which side of an exchange a span is: `server` answers a request, `consumer` takes a message, `internal` is neither. */
export type SpanRole = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Headers that carry a trace between processes (`traceparent`, `tracestate`). */
export type TraceCarrier = Readonly<Record<string, string | readonly string[] | undefined>>;

const KINDS: Record<SpanRole, SpanKind> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const carrierGetter = {
  keys: (carrier: TraceCarrier): string[] => Object.keys(carrier),
  get: (carrier: TraceCarrier, key: string): string | string[] | undefined => {
    const value = carrier[key];
    return typeof value === 'string' || value === undefined ? value : [...value];
  },
};

/** Runs work in a span that ends with it; an error is recorded and goes on. Keep spans to requests, batches, transactions. */
export const withSpan = <T>(
  name: string,
  attributes: SpanAttributes,
  work: (span: Span) => Promise<T>,
  role: SpanRole = 'internal',
): Promise<T> => inSpan(context.active(), name, attributes, work, role);

/** The same as a child of the trace that came with a message or request; without one it begins a new trace. */
export const withRemoteTrace = <T>(
  carrier: TraceCarrier | undefined,
  name: string,
  attributes: SpanAttributes,
  work: (span: Span) => Promise<T>,
  role: SpanRole = 'consumer',
): Promise<T> => {
  const parent =
    carrier === undefined ? context.active() : propagation.extract(context.active(), carrier, carrierGetter);
  return inSpan(parent, name, attributes, work, role);
};

/** Headers that let the receiver go on with the current trace; empty outside of one. */
export const injectTrace = (): Record<string, string> => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
};

/** Id of the current trace, 32 hex digits, for logs and answers. */
export const currentTraceId = (): string | undefined => trace.getSpanContext(context.active())?.traceId;

function inSpan<T>(
  parent: Context,
  name: string,
  attributes: SpanAttributes,
  work: (span: Span) => Promise<T>,
  role: SpanRole,
): Promise<T> {
  const options: SpanOptions = { attributes: { ...attributes }, kind: KINDS[role] };
  return trace.getTracer('nexus').startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      recordFailure(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** An expected answer (a status below 500) is an attribute; anything else marks the span as failed. */
function recordFailure(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const code = errorCode(error);
  if (code !== undefined) span.setAttribute('nexus.code', code);
  if (isExpected(error)) return;
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
}

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const isExpected = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;
