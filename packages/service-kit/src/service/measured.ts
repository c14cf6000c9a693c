import { createMetrics, type Logger, type Metrics } from '@nexus/telemetry';
import { z } from 'zod';
import type { HttpService } from '../http/serve.ts';
import { serveMetrics } from '../http/serve-metrics.ts';
import { count } from './standard-config.ts';

export const metricsConfig = z.object({
  /** Where `GET /metrics` is answered, apart from everything else. */
  metricsHost: z.string().default('127.0.0.1'),
  /** Without a port nothing is measured; 0 takes a free one. */
  metricsPort: count(0, 65_535).optional(),
});
export type MetricsConfig = z.output<typeof metricsConfig>;

/** Message of the log line that tells the address of the metrics. */
export const METRICS_MESSAGE = 'metrics';

/** Metrics of the process and the listener at which they are read, where a port is given. */
export class Measured {
  readonly metrics: Metrics | undefined;
  readonly #config: MetricsConfig;
  readonly #logger: Logger;
  #listener: HttpService | undefined;

  constructor(config: MetricsConfig, logger: Logger) {
    this.metrics = config.metricsPort === undefined ? undefined : createMetrics();
    this.#config = config;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    const { metricsHost: host, metricsPort: port } = this.#config;
    if (this.metrics === undefined || port === undefined) return;
    this.metrics.collectProcess();
    this.#listener = await serveMetrics({ metrics: this.metrics, logger: this.#logger, host, port });
    this.#logger.info({ url: this.#listener.url }, METRICS_MESSAGE);
  }

  async stop(): Promise<void> {
    await this.#listener?.stop(0);
  }
}
