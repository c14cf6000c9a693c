import { NexusError } from '@nexus/contracts';
import { withSpan, type Logger } from '@nexus/telemetry';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  type GrpcRetryOptions,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { withTrace } from '../trace-header.ts';

export interface TemporalOptions {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly logger: Logger;
}

const CALL_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 1_000;
/** gRPC status of a server that is not there. */
const UNAVAILABLE: readonly number[] = [14];

/** Carries the current trace with each start and signal. */
const tracing: WorkflowClientInterceptor = {
  startWithDetails: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
  signal: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
  signalWithStart: (input, next) => next({ ...input, headers: withTrace(input.headers) }),
};

/**
 * A client of Temporal that is there whether or not the server is: the channel connects at the first call and again
 * whenever the server comes back.
 */
export class TemporalLink {
  readonly address: string;
  readonly namespace: string;
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #closing = new AbortController();
  readonly #inHand = new Set<Promise<unknown>>();

  constructor(options: TemporalOptions) {
    this.address = options.address;
    this.namespace = options.namespace;
    this.#connection = Connection.lazy({
      address: options.address,
      channelArgs: {
        'grpc.initial_reconnect_backoff_ms': 200,
        'grpc.max_reconnect_backoff_ms': 3_000,
        'grpc.keepalive_time_ms': 30_000,
        'grpc.keepalive_timeout_ms': 10_000,
      },
      interceptors: [makeGrpcRetryInterceptor(retriesUntil(this.#closing.signal))],
    });
    this.#client = new Client({
      connection: this.#connection,
      namespace: options.namespace,
      interceptors: { workflow: [tracing] },
    });
  }

  /**
   * Asks the server, for at most `timeoutMs` with all tries: NX-3001 where it is away, NX-3004 where it is too slow,
   * Temporal's own error (`WorkflowExecutionAlreadyStartedError` …) as it is.
   */
  async call<T>(what: string, work: (client: Client) => Promise<T>, timeoutMs = CALL_TIMEOUT_MS): Promise<T> {
    const { signal } = this.#closing;
    const within = () =>
      this.#connection.withAbortSignal(signal, () =>
        this.#connection.withDeadline(Date.now() + timeoutMs, () => work(this.#client)),
      );
    const asked = withSpan(`temporal ${what}`, {}, within, 'client');
    this.#inHand.add(asked);
    try {
      return await asked;
    } catch (error) {
      throw (signal.aborted ? closed(error) : unavailable(error)) ?? error;
    } finally {
      this.#inHand.delete(asked);
    }
  }

  /** True when the server answers: for status pages, not for readiness; everything essential works without Temporal. */
  async isUp(): Promise<boolean> {
    try {
      await this.call('ping', () => this.#connection.workflowService.getSystemInfo({}), PING_TIMEOUT_MS);
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  }

  /**
   * Breaks off what is in hand (NX-3001), then closes. The other way round the channel's own retries would find it shut
   * and throw where nobody can catch it, and whoever waits would wait for ever.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#inHand);
    await this.#connection.close();
  }
}

export const connectTemporal = (options: TemporalOptions): TemporalLink => new TemporalLink(options);

const MAX_RETRY_PAUSE_MS = 1_000;

/** The SDK's own retries, with pauses short enough for a stop, and none after it. */
function retriesUntil(signal: AbortSignal): GrpcRetryOptions {
  const usual = defaultGrpcRetryOptions();
  return {
    ...usual,
    delayFunction: (attempt, status) => Math.min(usual.delayFunction(attempt, status), MAX_RETRY_PAUSE_MS),
    retryableDecider: (attempt, status) => !signal.aborted && usual.retryableDecider(attempt, status),
  };
}

const closed = (cause?: unknown): NexusError => new NexusError('NX-3001', 'The link to Temporal was closed', { cause });

/** Errors of the channel, which the client wraps in its own. */
function unavailable(error: unknown): NexusError | undefined {
  const causes = causesOf(error);
  if (causes.some((cause) => isGrpcDeadlineError(cause) || isGrpcCancelledError(cause)))
    return new NexusError('NX-3004', 'Temporal did not answer in time', { cause: error });
  if (causes.some((cause) => isGrpcServiceError(cause) && UNAVAILABLE.includes(cause.code)))
    return new NexusError('NX-3001', 'Temporal is not available', { cause: error });
  return undefined;
}

const MAX_CAUSES = 10;

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) causes.push(cause);
  return causes;
}
