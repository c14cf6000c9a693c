import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { AlwaysOffSampler, BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

export interface TelemetryOptions {
  /** `service.name` of every span of this process. */
  readonly service: string;
  readonly version?: string;
  /** Base address of an OTLP/HTTP collector, e.g. `http://127.0.0.1:4318`. Absent: nothing is recorded or sent. */
  readonly otlpUrl?: string;
}

export interface Telemetry {
  /** Sends what is still held, within `timeoutMs`, and stops. Never throws: telemetry is no reason to fail a stop. */
  shutdown(timeoutMs?: number): Promise<void>;
}

const SHUTDOWN_TIMEOUT_MS = 5_000;
const EXPORT_TIMEOUT_MS = 5_000;

/**
 * Starts tracing for this process. Without a collector every span still has ids (about 1 µs each), so that logs and
 * answers name a trace and the trace goes on in other processes, but nothing is kept. Trace context is W3C's; baggage
 * is not taken over, because anybody may send it.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const stop = options.otlpUrl === undefined ? startSilent() : await startExporting(options, options.otlpUrl);
  return {
    async shutdown(timeoutMs = SHUTDOWN_TIMEOUT_MS) {
      await Promise.race([stop().catch(() => undefined), expiry(timeoutMs)]);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

function startSilent(): () => Promise<void> {
  const provider = new NodeTracerProvider({ sampler: new AlwaysOffSampler() });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return () => provider.shutdown();
}

/**
 * What exports is loaded only here: a process without a collector need not pay for it. No more than it takes to send traces
 * over HTTP: the whole SDK would bring gRPC, Zipkin and what instruments libraries, which nobody here uses. Sampling, limits
 * and batches are those of the environment (`OTEL_TRACES_SAMPLER`, `OTEL_SPAN_…`, `OTEL_BSP_…`).
 */
async function startExporting(options: TelemetryOptions, otlpUrl: string): Promise<() => Promise<void>> {
  const [{ OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: tracesUrl(otlpUrl), timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'nexus',
      'service.name': options.service,
      ...(options.version === undefined ? {} : { 'service.version': options.version }),
    }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return () => provider.shutdown();
}

const tracesUrl = (base: string): string => `${base.replace(/\/+$/, '')}/v1/traces`;

const expiry = (timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, timeoutMs).unref();
  });
