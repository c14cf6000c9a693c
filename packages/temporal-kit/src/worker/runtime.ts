import type { Logger } from '@nexus/telemetry';
import { Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker';

/** Which of a process's loggers tells of which queue; the first one tells of everything else. */
const loggers = new Map<string, Logger>();
let fallback: Logger | undefined;

/**
 * Installs the SDK's native runtime, once for the process: its lines and those of workflows (`log`) go to our loggers, and
 * signals are ours to handle, in our order.
 */
export function installRuntime(logger: Logger): void {
  if (fallback !== undefined) return;
  Runtime.install({
    logger: {
      log: write,
      trace: (message: string, meta?: LogMetadata) => write('TRACE', message, meta),
      debug: (message: string, meta?: LogMetadata) => write('DEBUG', message, meta),
      info: (message: string, meta?: LogMetadata) => write('INFO', message, meta),
      warn: (message: string, meta?: LogMetadata) => write('WARN', message, meta),
      error: (message: string, meta?: LogMetadata) => write('ERROR', message, meta),
    },
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
  // After it: an installation that failed is tried again by the next worker.
  fallback = logger;
}

/** From now on lines about this queue go to this logger. */
export const logQueueTo = (taskQueue: string, logger: Logger): void => void loggers.set(taskQueue, logger);

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  string
>;

function write(level: LogLevel, message: string, meta?: LogMetadata): void {
  const { error, ...rest } = (meta ?? {}) as Record<string, unknown>;
  const logger = loggers.get(String(rest.taskQueue)) ?? fallback;
  logger?.[LEVELS[toned(level, message, rest.sdkComponent)]](
    error === undefined ? rest : { ...rest, err: error },
    message,
  );
}

/** What the SDK tells of its own ordinary life is detail: a worker's states, and that it has no workflows by design. */
function toned(level: LogLevel, message: string, component: unknown): LogLevel {
  if (component === 'workflow' || component === 'activity') return level;
  return level === 'INFO' || message.includes('not polling for') ? 'DEBUG' : level;
}
