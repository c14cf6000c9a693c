import { injectTrace, type TraceCarrier } from '@nexus/telemetry';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';

/** Temporal header that carries a W3C trace from who started a workflow to its activities. */
export const TRACE_HEADER = 'nexus-trace';

/** The headers with the current trace added; as they are outside of one. */
export function withTrace(headers: Headers): Headers {
  const carrier = injectTrace();
  if (carrier.traceparent === undefined) return headers;
  return { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload(carrier) };
}

/** The trace in some headers, if what is there is one. */
export function traceIn(headers: Headers): TraceCarrier | undefined {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return undefined;
  const value = defaultPayloadConverter.fromPayload<unknown>(payload);
  return typeof value === 'object' && value !== null ? (value as TraceCarrier) : undefined;
}
