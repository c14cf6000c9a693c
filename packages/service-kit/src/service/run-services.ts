import { createLogger, startTelemetry, type Logger, type Telemetry } from '@nexus/telemetry';
import { z } from 'zod';
import { environment } from '../config.ts';
import {
  anyService,
  ConfigError,
  readConfig,
  type AnyService,
  type RunningService,
  type ServiceDefinition,
} from './define-service.ts';
import type { Env } from './service-env.ts';
import { count, secret } from './standard-config.ts';

const runConfig = z.object({
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  otlpUrl: secret.optional(),
  version: z.string().default('0.1.0'),
  /** Longest that a stop may take in all; after it the process ends with a failure. */
  stopTimeoutMs: count(1_000, 600_000).default(30_000),
});
type RunConfig = z.output<typeof runConfig>;

/** The process as far as running services needs it. */
export interface ProcessHandle {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/** Message of the log line by which a launcher knows that a service is there. */
export const READY_MESSAGE = 'ready';

/**
 * Runs services in this process until it is told to stop: `await runServices([service])`. The exit code is 0 after an
 * orderly stop, 1 where a setting, a start, a stop or an unexpected error failed. A second signal ends it at once.
 */
export async function runServices(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- services of all configurations
  definitions: readonly ServiceDefinition<any>[],
  env: Env = environment,
  host: ProcessHandle = process,
): Promise<void> {
  const name = definitions.length === 1 ? (definitions[0]?.name ?? 'nexus') : 'platform';
  const prepared = prepare(name, definitions.map(anyService), env, host);
  if (prepared === undefined) return;
  const { run, starts } = prepared;
  const logger = createLogger({ service: name, level: run.logLevel });
  const otlpUrl = run.otlpUrl?.expose();
  const telemetry = await startTelemetry({
    service: name,
    version: run.version,
    ...(otlpUrl === undefined ? {} : { otlpUrl }),
  });
  const stopping = new AbortController();
  const starting: Promise<RunningService>[] = [];
  const life = new Life(starting, telemetry, logger, run.stopTimeoutMs, stopping, host);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => life.signalled(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    host.on(event, (error) => life.broken(error, event));
  for (const { service, start } of starts) {
    const own = createLogger({ service: service.name, level: run.logLevel });
    const started = start({ name: service.name, logger: own, version: run.version, stopping: stopping.signal });
    starting.push(
      started.then((running) => {
        own.info({ url: running.url }, READY_MESSAGE);
        return running;
      }),
    );
  }
  try {
    await Promise.all(starting);
  } catch (error) {
    if (!stopping.signal.aborted) life.broken(error, 'a service could not start');
  }
}

/** Reads all settings before anything starts; what is wrong with them is told by name. */
function prepare(name: string, services: readonly AnyService[], env: Env, host: ProcessHandle) {
  try {
    const run: RunConfig = readConfig({ name: 'nexus', config: runConfig }, env);
    return { run, starts: services.map((service) => ({ service, start: service.prepare(env) })) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    createLogger({ service: name }).fatal(error.message);
    host.exit(1);
    return undefined;
  }
}

/** The end of a process: once, in order, and certain. */
class Life {
  readonly #starting: readonly Promise<RunningService>[];
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #timeoutMs: number;
  readonly #stopping: AbortController;
  readonly #host: ProcessHandle;
  #ending = false;

  constructor(
    starting: readonly Promise<RunningService>[],
    telemetry: Telemetry,
    logger: Logger,
    timeoutMs: number,
    stopping: AbortController,
    host: ProcessHandle,
  ) {
    this.#starting = starting;
    this.#telemetry = telemetry;
    this.#logger = logger;
    this.#timeoutMs = timeoutMs;
    this.#stopping = stopping;
    this.#host = host;
  }

  signalled(signal: string): void {
    if (this.#ending) {
      this.#logger.warn({ signal }, 'told again: stopping at once');
      this.#host.exit(1);
      return;
    }
    this.#logger.info({ signal }, 'stopping');
    void this.#end(0);
  }

  broken(error: unknown, what: string): void {
    this.#logger.fatal({ err: error }, what);
    void this.#end(1);
  }

  async #end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#stopping.abort();
    const late = setTimeout(() => {
      this.#logger.fatal({ timeoutMs: this.#timeoutMs }, 'the stop took too long');
      this.#host.exit(1);
    }, this.#timeoutMs);
    const results = await Promise.all(this.#starting.map((started) => this.#stop(started)));
    await this.#telemetry.shutdown();
    clearTimeout(late);
    this.#logger.info('stopped');
    this.#host.exit(results.every(Boolean) ? code : 1);
  }

  /** A service that is still starting is waited for, and then stopped; one that could not start has nothing to stop. */
  async #stop(started: Promise<RunningService>): Promise<boolean> {
    const running = await started.catch(() => undefined);
    try {
      await running?.stop();
      return true;
    } catch (error) {
      this.#logger.error({ err: error }, 'a service did not stop in order');
      return false;
    }
  }
}
