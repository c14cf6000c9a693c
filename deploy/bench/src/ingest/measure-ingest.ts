import { prepareLoad, pushLoad, sellForLoad, type LoadLane } from '@nexus/terminal-headless';
import { createHttpTransport } from '@nexus/terminal-core';
import type { BenchPlatform } from '../platform.ts';
import { measureFloor } from '../floor/measure-floor.ts';
import { cpuSeconds } from '../measure/cpu.ts';
import { median } from '../measure/median.ts';
import { watchApplied } from './applied.ts';
import { makeLoadChain, type LoadChain } from './load-chain.ts';

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
  const lanes = await prepareLanes(platform.platform.origin, chain, options);
  const watch = await watchApplied(platform, chain.tenantId);
  const results: IngestRun[] = [];
  try {
    // The first round warms caches, connections and compiled code up; it is not counted.
    for (let run = 0; run <= runs; run += 1) {
      const floor = await measureFloor(platform.engines.postgres.superuserUrl, platform.postgresPid(), sales);
      const round = lanes.map(({ transport, uploads }) => ({
        transport,
        uploads: uploads.slice(run * uploadsPerTill, (run + 1) * uploadsPerTill),
      }));
      const pushed = await pushOnce(platform, watch, round);
      onProgress(
        `run ${run}${run === 0 ? ' (warm-up)' : ''}: floor ${floor.perSecond.toFixed(0)}/s, applied ${pushed.appliedPerSecond.toFixed(0)}/s, ` +
          `${pushed.cpuMsPerSale.toFixed(3)} ms CPU a sale (floor ${floor.cpuMsPerSale.toFixed(3)}) ${JSON.stringify(pushed.cpuUsBy)}`,
      );
      if (run > 0) results.push({ floorPerSecond: floor.perSecond, floorCpuMsPerSale: floor.cpuMsPerSale, ...pushed });
    }
  } finally {
    await watch.close();
    for (const till of chain.tills) await till.close();
  }
  return summary(sales, results);
}

/** Every till sells and signs all that it will push beforehand: making the load costs no measured time. */
async function prepareLanes(origin: string, chain: LoadChain, options: IngestOptions): Promise<LoadLane[]> {
  const lanes: LoadLane[] = [];
  const entries = options.salesPerUpload * options.uploadsPerTill * (options.runs + 1);
  for (const [index, till] of chain.tills.entries()) {
    // The shift's opening is the first entry of the first upload.
    await sellForLoad(till, { products: chain.products, sales: entries - 1, linesPerSale: LINES_PER_SALE });
    const transport = createHttpTransport({ fetch: globalThis.fetch, baseUrl: origin, compress: false });
    lanes.push({ transport, uploads: await prepareLoad(till, options.salesPerUpload) });
    if (index % 10 === 9) options.onProgress(`${index + 1} tills have sold ${entries} each`);
  }
  return lanes;
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
