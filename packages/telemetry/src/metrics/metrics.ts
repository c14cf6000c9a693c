import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { GaugeGroup, type GaugeGroupOptions } from './gauge-group.ts';
import type { Counter, Gauge, Histogram, Labels, Metric } from './metric.ts';
import { METRICS } from './metric-table.ts';

/** Node says how long its event loop was held up by looking at it so often: more often costs an idle process CPU. */
const EVENT_LOOP_EVERY_MS = 100;

/**
 * What a process measures of itself. One for each process; services in it differ by the label `service`. Recording is
 * about a microsecond, for requests and batches, never for each sale.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #groups = new Set<GaugeGroup>();
  readonly #gauges = new Set<PromGauge>();

  /** Media type of `text()`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Notes a duration, seconds. */
  observe<L extends string>(metric: Histogram<L>, labels: Labels<L>, seconds: number): void {
    this.#histogram(metric).observe(labels, seconds);
  }

  count<L extends string>(metric: Counter<L>, labels: Labels<L>, by = 1): void {
    if (by > 0) this.#counter(metric).inc(labels, by);
  }

  /**
   * Gauges that are read when somebody scrapes. What this returns ends that: to be called before what they are read
   * from is closed.
   */
  gauges(options: GaugeGroupOptions): () => void {
    const group = new GaugeGroup(options, () => {
      this.count(METRICS.gaugesFailed, { service: options.service, group: options.name });
    });
    this.#groups.add(group);
    return () => void this.#groups.delete(group);
  }

  /** Node's own: event loop, heap, garbage collection, CPU, file descriptors, as the library names them. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: EVENT_LOOP_EVERY_MS });
  }

  /** Everything in Prometheus' text format. A group of gauges that cannot be read is left out, not guessed. */
  async text(): Promise<string> {
    const samples = await Promise.all([...this.#groups].map((group) => group.samples()));
    // From here to the registry's first look nothing waits: scrapes side by side see whole sets.
    for (const gauge of this.#gauges) gauge.reset();
    for (const { gauge, labels, value } of samples.flat()) this.#gauge(gauge).set({ ...labels }, value);
    return this.#registry.metrics();
  }

  #histogram(metric: Histogram): PromHistogram {
    return this.#known(metric, (common) => new PromHistogram({ ...common, buckets: [...metric.buckets] }));
  }

  #counter(metric: Counter): PromCounter {
    return this.#known(metric, (common) => new PromCounter(common));
  }

  #gauge(metric: Gauge): PromGauge {
    return this.#known(metric, (common) => {
      const gauge = new PromGauge(common);
      this.#gauges.add(gauge);
      return gauge;
    });
  }

  #known<T>(metric: Metric, make: (common: CommonSettings) => T): T {
    const known = this.#registry.getSingleMetric(metric.name) as T | undefined;
    const { name, help, labels } = metric;
    return known ?? make({ name, help, labelNames: [...labels], registers: [this.#registry] });
  }
}

interface CommonSettings {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

export const createMetrics = (): Metrics => new Metrics();
