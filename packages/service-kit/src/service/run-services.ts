import { createLogger, startTelemetry, type Logger, type Telemetry } from '@nexus/telemetry';
import { z } from 'zod';
import { count, secret } from './standard-config.ts';
import {
  anyService,
  ConfigError,
  readConfig,
  type AnyService,
  type RunningService,
  type ServiceDefinition,
} from './define-service.ts';
import type { Env } from './service-env.ts';

const runConfig = z.object({
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  otlpUrl: secret.optional(),
  version: z.string().default('0.1.0'),
  /** Longest that a stop may take in all; after it the process ends with a failure. */
  stopTimeoutMs: count(1_000, 600_000).default(30_000),
});

/** The process as far as running services needs it. */
export interface ProcessHandle {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/** How the process comes to know that a service is there, for launchers: one line on standard output. */
export const READY_MESSAGE = 'ready';

/**
 * Runs services in this process until it is told to stop: `await runServices([service], process.env)`. Exit code 0 after
 * an orderly stop, 1 where a setting, a start, a stop or an unexpected error failed.
 */
export async function runServices(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- services of all configurations
  definitions: readonly ServiceDefinition<any>[],
  env: Env,
  host: ProcessHandle = process,
): Promise<void> {
  const run = settings(env, host);
  if (run === undefined) return;
  const name = definitions.length === 1 ? (definitions[0]?.name ?? 'nexus') : 'platform';
  const logger = createLogger({ service: name, level: run.logLevel });
  const services = prepareAll(definitions.map(anyService), env, host, logger);
  if (services === undefined) return;
  const otlpUrl = run.otlpUrl?.expose();
  const telemetry = await startTelemetry({
    service: name,
    version: run.version,
    ...(otlpUrl === undefined ? {} : { otlpUrl }),
  });
  const stopping = new AbortController();
  const running: RunningService[] = [];
  const end = once((code: number) => stopAll(running, telemetry, logger, run.stopTimeoutMs, host, code));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    host.on(signal, () => {
      logger.info({ signal }, 'stopping');
      stopping.abort();
      void end(0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    host.on(event, (error) => {
      logger.fatal({ err: error }, event);
      stopping.abort();
      void end(1);
    });
  }
  try {
    await Promise.all(
      services.map(async ({ service, start }) => {
        const own = createLogger({ service: service.name, level: run.logLevel });
        const started = await start({
          name: service.name,
          logger: own,
          version: run.version,
          stopping: stopping.signal,
        });
        running.push(started);
        own.info({ url: started.url }, READY_MESSAGE);
      }),
    );
  } catch (error) {
    if (stopping.signal.aborted) return;
    logger.fatal({ err: error }, 'a service could not start');
    stopping.abort();
    await end(1);
  }
}

function settings(env: Env, host: ProcessHandle): z.output<typeof runConfig> | undefined {
  try {
    return readConfig({ name: 'nexus', config: runConfig }, env);
  } catch (error) {
    return refuse(error, host, createLogger({ service: 'nexus' }));
  }
}

function prepareAll(services: readonly AnyService[], env: Env, host: ProcessHandle, logger: Logger) {
  try {
    return services.map((service) => ({ service, start: service.prepare(env) }));
  } catch (error) {
    return refuse(error, host, logger);
  }
}

function refuse(error: unknown, host: ProcessHandle, logger: Logger): undefined {
  if (!(error instanceof ConfigError)) throw error;
  logger.fatal(error.message);
  host.exit(1);
}

/** Stops every service side by side, sends the last spans, ends. Too slow or failed: exit code 1, but always an end. */
async function stopAll(
  running: readonly RunningService[],
  telemetry: Telemetry,
  logger: Logger,
  timeoutMs: number,
  host: ProcessHandle,
  code: number,
): Promise<void> {
  const late = setTimeout(() => {
    logger.fatal({ timeoutMs }, 'the stop took too long');
    host.exit(1);
  }, timeoutMs);
  const results = await Promise.allSettled(running.map((service) => service.stop()));
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) logger.error({ err: reason as unknown }, 'a service did not stop in order');
  await telemetry.shutdown();
  clearTimeout(late);
  logger.info('stopped');
  host.exit(failed.length > 0 ? 1 : code);
}

function once<A, T>(work: (argument: A) => T): (argument: A) => T {
  let result: { value: T } | undefined;
  return (argument) => (result ??= { value: work(argument) }).value;
}
