import { Neighbours } from '@nexus/messaging';
import { createLogger, startTelemetry } from '@nexus/telemetry';
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
import { Life, type ProcessHandle } from './life.ts';
import { Measured, metricsConfig } from './measured.ts';
import type { Env } from './service-env.ts';
import { count, secret } from './standard-config.ts';

export const runConfig = z.object({
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  otlpUrl: secret.optional(),
  version: z.string().default('0.1.0'),
  ...metricsConfig.shape,
  /** Longest that a stop may take in all; after it the process ends with a failure. */
  stopTimeoutMs: count(1_000, 600_000).default(30_000),
});
type RunConfig = z.output<typeof runConfig>;

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
  const measured = new Measured(run, logger);
  const life = new Life({ starting, telemetry, measured, logger, timeoutMs: run.stopTimeoutMs, stopping, host });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => life.signalled(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    host.on(event, (error) => life.broken(error, event));
  try {
    await measured.start();
  } catch (error) {
    life.broken(error, 'the metrics cannot be served');
    return;
  }
  const { metrics } = measured;
  const shared = {
    ...(metrics === undefined ? {} : { metrics }),
    ...(starts.length > 1 ? { neighbours: new Neighbours() } : {}),
  };
  for (const { service, start } of starts) {
    const own = createLogger({ service: service.name, level: run.logLevel });
    const runtime = { name: service.name, logger: own, version: run.version, stopping: stopping.signal, ...shared };
    const started = start(runtime);
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
