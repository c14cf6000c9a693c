import { Agent, get } from 'node:http';
import { json } from 'node:stream/consumers';
import { barcode } from './barcode.ts';
import type { SteadyLoad, SteadyTimes } from './steady-load.ts';

/** Different barcodes asked for: a till's day, not one product again and again. Those of the warm-up are others. */
const DISTINCT = 20_000;
/** Walks through them in no order that a cache or a page of an index would like. */
const STRIDE = 7_919;
/** At the same rate and not counted: code is compiled and connections are made once in a process's life. */
const WARM_UP_SECONDS = 5;

/** Asks at a fixed rate: `load-main.ts`, a SteadyLoad on standard input, SteadyTimes on standard output. */
const load = (await json(process.stdin)) as SteadyLoad;

// Plain HTTP: what `fetch` costs here would be taken from the platform on the same machine, and counted as its slowness.
const agent = new Agent({ keepAlive: true });
const ask = (n: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    get(`${load.url}${barcode(n % load.products)}`, { agent, headers: load.headers }, (response) => {
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - begun);
        else reject(new Error(`status ${String(response.statusCode)}`));
      });
      response.resume();
    }).on('error', reject);
  });

/** One that fails is counted, and the first says why. */
let told = false;
const failure = (error: unknown): undefined => {
  if (!told) process.stderr.write(`a look-up failed: ${String(error)}\n`);
  told = true;
};

/** Requests leave on time whether or not earlier ones have come back, so that a slow answer is not hidden by asking less. */
async function askFor(seconds: number, first: number): Promise<SteadyTimes> {
  const pending: Promise<number | undefined>[] = [];
  const total = load.requestsPerSecond * seconds;
  const begun = performance.now();
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * load.requestsPerSecond));
    while (pending.length < due) pending.push(ask(first + ((pending.length * STRIDE) % DISTINCT)).catch(failure));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const timesMs = (await Promise.all(pending)).filter((time) => time !== undefined);
  return { timesMs, failed: total - timesMs.length };
}

await askFor(WARM_UP_SECONDS, DISTINCT);
const times = await askFor(load.seconds, 0);
agent.destroy();
process.stdout.write(JSON.stringify(times));
