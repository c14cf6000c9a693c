import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { percentile } from '../measure/median.ts';

/** What the process that asks is told, as JSON. */
export interface SteadyLoad {
  /** A barcode follows it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly products: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

/** What it says at the end, as JSON. */
export interface SteadyTimes {
  readonly timesMs: readonly number[];
  readonly failed: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  readonly failed: number;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Asks for products at a fixed rate from a process of its own: one that made a catalogue, or the load of a hundred
 * thousand sales, stops now and then to clear up after itself, and that would be measured.
 */
export async function askSteadily(load: SteadyLoad): Promise<Latency> {
  const asking = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'load-main.ts')], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  asking.child.stderr?.pipe(process.stderr);
  asking.child.stdin?.end(JSON.stringify(load));
  const { timesMs, failed } = JSON.parse((await asking).stdout) as SteadyTimes;
  return {
    p50Ms: percentile(timesMs, 0.5),
    p99Ms: percentile(timesMs, 0.99),
    requests: timesMs.length + failed,
    failed,
  };
}
