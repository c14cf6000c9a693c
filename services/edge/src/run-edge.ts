import { createLogger, createMetrics, METRICS, sample, type Logger } from '@nexus/telemetry';
import { EdgeConfigError, readEdgeConfig, type EdgeConfig } from './config.ts';
import { startEdge } from './edge.ts';
import { serveMetrics } from './serve-metrics.ts';

/** The process as far as running the edge needs it. */
export interface ProcessHandle {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Runs the edge until it is told to stop. The exit code is 0 after an orderly stop, 1 where a setting, the start, the stop
 * or an unexpected error failed. A second signal ends it at once.
 */
export async function runEdge(env: Readonly<Record<string, string | undefined>>, host: ProcessHandle): Promise<void> {
  const config = readSettings(env, host);
  if (config === undefined) return;
  const logger = createLogger({ service: 'edge', level: config.logLevel });
  const stopping = stopOnce(host, logger, config.stopTimeoutMs);
  try {
    await start(config, logger, stopping);
  } catch (error) {
    stopping.broken(error, 'the edge could not start');
  }
}

function readSettings(env: Readonly<Record<string, string | undefined>>, host: ProcessHandle): EdgeConfig | undefined {
  try {
    return readEdgeConfig(env);
  } catch (error) {
    if (!(error instanceof EdgeConfigError)) throw error;
    createLogger({ service: 'edge' }).fatal(error.message);
    host.exit(1);
    return undefined;
  }
}

async function start(config: EdgeConfig, logger: Logger, stopping: Stopping): Promise<void> {
  const metrics = createMetrics();
  metrics.collectProcess();
  const read = async () => [sample(METRICS.ready, { service: 'edge' }, stopping.begun() ? 0 : 1)];
  metrics.gauges({ service: 'edge', name: 'readiness', read });
  const listener = config.metrics === undefined ? undefined : await serveMetrics(metrics, config.metrics);
  stopping.add(async () => listener?.stop());
  const edge = await startEdge({ config, logger, metrics });
  stopping.add(() => edge.stop());
  logger.info({ port: edge.port, metricsPort: listener?.port }, 'ready');
}

interface Stopping {
  begun(): boolean;
  /** What is to be stopped, last one first. */
  add(stop: () => Promise<void>): void;
  broken(error: unknown, what: string): void;
}

/** The end of the process: once, in order, and certain. */
function stopOnce(host: ProcessHandle, logger: Logger, timeoutMs: number): Stopping {
  const stops: (() => Promise<void>)[] = [];
  let ending = false;
  const end = async (code: number): Promise<void> => {
    ending = true;
    const late = setTimeout(() => {
      logger.fatal({ timeoutMs }, 'the stop took too long');
      host.exit(1);
    }, timeoutMs);
    let result = code;
    for (const stop of stops.reverse()) {
      await stop().catch((error: unknown) => {
        logger.error({ err: error }, 'a part of the edge did not stop in order');
        result = 1;
      });
    }
    clearTimeout(late);
    logger.info('stopped');
    host.exit(result);
  };
  const broken = (error: unknown, what: string): void => {
    logger.fatal({ err: error }, what);
    if (!ending) void end(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    host.on(signal, () => {
      if (ending) {
        logger.warn({ signal }, 'told again: stopping at once');
        return host.exit(1);
      }
      logger.info({ signal }, 'stopping');
      void end(0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    host.on(event, (error) => broken(error, event));
  return { begun: () => ending, add: (stop) => void stops.push(stop), broken };
}
