/** What is known of a metric before anything is measured. `L` are the names of its labels. */
export interface MetricDefinition<L extends string = string> {
  readonly name: string;
  /** One sentence; shown by Prometheus. */
  readonly help: string;
  readonly labels: readonly L[];
}

export interface Histogram<L extends string = string> extends MetricDefinition<L> {
  readonly kind: 'histogram';
  /** Upper bounds of the buckets, rising. */
  readonly buckets: readonly number[];
}

export interface Counter<L extends string = string> extends MetricDefinition<L> {
  readonly kind: 'counter';
}

export interface Gauge<L extends string = string> extends MetricDefinition<L> {
  readonly kind: 'gauge';
}

export type Metric = Histogram | Counter | Gauge;
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** A gauge's value at the moment of a scrape. Seconds, minor units of money, or a plain count, as its name says. */
export interface Sample {
  readonly gauge: Gauge;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A sample whose labels are those of its gauge. */
export const sample = <L extends string>(gauge: Gauge<L>, labels: Labels<L>, value: number): Sample => ({
  gauge,
  labels,
  value,
});

/** Buckets of durations, seconds: from a look-up by barcode to the longest that a request may take. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

export const durations = <const L extends string>(name: string, help: string, labels: readonly L[]): Histogram<L> => ({
  kind: 'histogram',
  name,
  help,
  labels,
  buckets: SECONDS,
});

export const counter = <const L extends string>(name: string, help: string, labels: readonly L[]): Counter<L> => ({
  kind: 'counter',
  name,
  help,
  labels,
});

export const gauge = <const L extends string>(name: string, help: string, labels: readonly L[]): Gauge<L> => ({
  kind: 'gauge',
  name,
  help,
  labels,
});
