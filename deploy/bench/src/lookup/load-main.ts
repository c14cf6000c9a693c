import { json } from 'node:stream/consumers';
import { barcode } from './barcode.ts';
import type { SteadyLoad, SteadyTimes } from './steady-load.ts';

/** Different barcodes asked for: a till's day, not one product again and again. */
const DISTINCT = 20_000;
/** Walks through them in no order that a cache or a page of an index would like. */
const STRIDE = 7_919;
const WARM_UP = 50;

/** Asks at a fixed rate: `load-main.ts`, a SteadyLoad on standard input, SteadyTimes on standard output. */
const load = (await json(process.stdin)) as SteadyLoad;

const ask = async (n: number): Promise<number> => {
  const begun = performance.now();
  const response = await fetch(`${load.url}${barcode(n % load.products)}`, { headers: load.headers });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`status ${response.status}`);
  return performance.now() - begun;
};

// Requests leave on time whether or not earlier ones have come back, so that a slow answer is not hidden by asking less.
await Promise.all(Array.from({ length: WARM_UP }, (_, n) => ask(n)));
const pending: Promise<number>[] = [];
const total = load.requestsPerSecond * load.seconds;
const begun = performance.now();
while (pending.length < total) {
  const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * load.requestsPerSecond));
  while (pending.length < due) pending.push(ask((pending.length * STRIDE) % DISTINCT));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
const settled = await Promise.allSettled(pending);
const timesMs = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
process.stdout.write(JSON.stringify({ timesMs, failed: total - timesMs.length } satisfies SteadyTimes));
