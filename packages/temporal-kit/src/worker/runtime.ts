import type { Logger } from '@nexus/telemetry';
import { Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker';

let installed = false;

/**
 * Installs the SDK's native runtime once for the process: its lines and those of workflows (`log`) go to our logger, and
 * signals are ours to handle, in our order.
 */
export function installRuntime(logger: Logger): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: toTemporalLogger(logger),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

function toTemporalLogger(logger: Logger) {
  const write = (level: LogLevel, message: string, meta?: LogMetadata): void => {
    const child = logger[LEVELS[level]].bind(logger);
    child(plain(meta), message);
  };
  return {
    log: write,
    trace: (message: string, meta?: LogMetadata) => write('TRACE', message, meta),
    debug: (message: string, meta?: LogMetadata) => write('DEBUG', message, meta),
    // The SDK tells of each worker's life at info; for us that is detail.
    info: (message: string, meta?: LogMetadata) => write('DEBUG', message, meta),
    warn: (message: string, meta?: LogMetadata) => write('WARN', message, meta),
    error: (message: string, meta?: LogMetadata) => write('ERROR', message, meta),
  };
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  string
>;

/** Metadata as JSON can hold it; errors under `err`, where the logger expects them. */
function plain(meta: LogMetadata | undefined): Record<string, unknown> {
  const { error, ...rest } = (meta ?? {}) as Record<string, unknown>;
  const fields = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  );
  return error === undefined ? fields : { ...fields, err: error };
}
