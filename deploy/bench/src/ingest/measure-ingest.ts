import { prepareLoad, pushLoad, sellForLoad, type LoadLane } from '@nexus/terminal-headless';
import { createHttpTransport } from '@nexus/terminal-core';
import type { BenchPlatform } from '../platform.ts';
import { measureFloor } from '../floor/measure-floor.ts';
import { cpuSeconds } from '../measure/cpu.ts';
import { median } from '../measure/median.ts';
import { watchApplied } from './applied.ts';
import { makeLoadChain, type LoadChain } from './load-chain.ts';
import { plainFetch, type PlainFetch } from './plain-fetch.ts';

export interface IngestOptions {
  readonly tills: number;
  readonly salesPerUpload: number;
  readonly uploadsPerTill: number;
  readonly runs: number;
  readonly onProgress: (text: string) => void;
}

/** One run of the floor and one of the platform, one after the other. */
export interface IngestRun {
  readonly floorPerSecond: number;
  readonly floorCpuMsPerSale: number;
  readonly acknowledgedPerSecond: number;
  readonly appliedPerSecond: number;
  readonly cpuMsPerSale: number;
  /** CPU a sale by process, microseconds: where it goes. */
  readonly cpuUsBy: Readonly<Record<string, number>>;
}

/** Medians over the runs; the ratios are medians of each run's own ratio. */
export interface IngestFigures extends Omit<IngestRun, 'cpuUsBy'> {
  readonly sales: number;
  readonly ratio: number;
  readonly cpuPerFloorCpu: number;
  readonly runs: readonly IngestRun[];
}

const APPLY_TIMEOUT_MS = 300_000;
const LINES_PER_SALE = 3;

/** Tills push, services replay; the floor runs before each push, so that both see the machine in the same minutes. */
export async function measureIngest(platform: BenchPlatform, options: IngestOptions): Promise<IngestFigures> {
  const { tills, uploadsPerTill, salesPerUpload, runs, onProgress } = options;
  const sales = tills * uploadsPerTill * salesPerUpload;
  onProgress(`a chain with ${tills} tills`);
  const chain = await makeLoadChain(platform.session, platform.platform.origin, tills);
  const network = plainFetch();
  const loads = await prepareTills(platform.platform.origin, chain, network, options);
  const watch = await watchApplied(platform, chain.tenantId);
  const results: IngestRun[] = [];
  try {
    // The first round warms caches, connections and compiled code up; it is not counted.
    for (let run = 0; run <= runs; run += 1) {
      const floor = await measureFloor(platform.engines.postgres.superuserUrl, platform.postgresPid(), sales);
      const lanes = loads.map(({ transport, runs: of }) => ({ transport, uploads: of[run] ?? [] }));
      const pushed = await pushOnce(platform, watch, lanes);
      onProgress(
        `run ${run}${run === 0 ? ' (warm-up)' : ''}: floor ${floor.perSecond.toFixed(0)}/s, applied ${pushed.appliedPerSecond.toFixed(0)}/s, ` +
          `${pushed.cpuMsPerSale.toFixed(3)} ms CPU a sale (floor ${floor.cpuMsPerSale.toFixed(3)}) ${JSON.stringify(pushed.cpuUsBy)}`,
      );
      if (run > 0) results.push({ floorPerSecond: floor.perSecond, floorCpuMsPerSale: floor.cpuMsPerSale, ...pushed });
    }
  } finally {
    network.close();
    await watch.close();
    for (const till of chain.tills) await till.close();
  }
  return summary(sales, results);
}

/** What one till pushes, run by run. */
interface TillLoad {
  readonly transport: LoadLane['transport'];
  readonly runs: readonly LoadLane['uploads'][];
}

/**
 * Every till sells and signs all that it will push beforehand: making the load costs no measured time. Run by run, so
 * that a till that has pushed what belongs to one does not say that it holds more.
 */
async function prepareTills(
  baseUrl: string,
  chain: LoadChain,
  { fetch }: PlainFetch,
  options: IngestOptions,
): Promise<TillLoad[]> {
  const { salesPerUpload, uploadsPerTill, onProgress } = options;
  const loads: TillLoad[] = [];
  for (const [index, till] of chain.tills.entries()) {
    const runs: LoadLane['uploads'][] = [];
    for (let run = 0; run <= options.runs; run += 1) {
      // The shift's opening is the first entry of the first upload.
      const sales = salesPerUpload * uploadsPerTill - (run === 0 ? 1 : 0);
      await sellForLoad(till, { products: chain.products, sales, linesPerSale: LINES_PER_SALE });
      runs.push(await prepareLoad(till, salesPerUpload));
    }
    loads.push({ transport: createHttpTransport({ fetch, baseUrl, compress: false }), runs });
    if (index % 10 === 9) onProgress(`${index + 1} tills have sold for ${runs.length} runs`);
  }
  return loads;
}

async function pushOnce(
  platform: BenchPlatform,
  watch: Awaited<ReturnType<typeof watchApplied>>,
  lanes: readonly LoadLane[],
) {
  const base = await watch.numbered();
  const processes = platform.processes();
  const before = processes.map(({ pid }) => cpuSeconds([pid]));
  const begun = performance.now();
  const { entries } = await pushLoad(lanes);
  const acknowledged = (performance.now() - begun) / 1000;
  await watch.until(base + entries, APPLY_TIMEOUT_MS);
  const applied = (performance.now() - begun) / 1000;
  const used = processes.map(({ pid }, index) => cpuSeconds([pid]) - (before[index] ?? 0));
  const cpu = used.reduce((sum, seconds) => sum + seconds, 0);
  return {
    acknowledgedPerSecond: entries / acknowledged,
    appliedPerSecond: entries / applied,
    cpuMsPerSale: (cpu * 1000) / entries,
    cpuUsBy: Object.fromEntries(
      processes.map(({ name }, index) => [name, Math.round(((used[index] ?? 0) * 1e6) / entries)]),
    ),
  };
}

function summary(sales: number, runs: readonly IngestRun[]): IngestFigures {
  const of = (value: (run: IngestRun) => number): number => median(runs.map(value));
  return {
    sales,
    floorPerSecond: of((r) => r.floorPerSecond),
    floorCpuMsPerSale: of((r) => r.floorCpuMsPerSale),
    acknowledgedPerSecond: of((r) => r.acknowledgedPerSecond),
    appliedPerSecond: of((r) => r.appliedPerSecond),
    cpuMsPerSale: of((r) => r.cpuMsPerSale),
    ratio: of((r) => r.appliedPerSecond / r.floorPerSecond),
    cpuPerFloorCpu: of((r) => r.cpuMsPerSale / r.floorCpuMsPerSale),
    runs,
  };
}
