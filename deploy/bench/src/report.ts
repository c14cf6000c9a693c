import type { IdleFigures } from './idle/measure-idle.ts';
import type { IngestFigures } from './ingest/measure-ingest.ts';
import type { LookupFigures } from './lookup/measure-lookup.ts';

export interface BenchResult {
  /** Services sharing one process. */
  ingest?: IngestFigures;
  /** Every service and worker a process of its own. */
  split?: IngestFigures;
  lookup?: LookupFigures;
  idle?: IdleFigures;
}

/** What the platform aims for, beside what was measured: applied share of the floor, CPU a sale over the floor's. */
const AIMS = {
  ingest: { ratio: 0.4, cpu: 3.2 },
  split: { ratio: 0.35, cpu: 3.6 },
  p99Ms: 10,
  apartPercent: 2,
} as const;

const verdict = (good: boolean): string => (good ? 'met' : 'MISSED');

export function reportOf(result: BenchResult): string {
  const lines: string[] = [];
  for (const mode of ['ingest', 'split'] as const) {
    const figures = result[mode];
    if (figures === undefined) continue;
    const aim = AIMS[mode];
    lines.push(
      `${mode === 'ingest' ? 'Shared processes' : 'Split processes'}: median of ${figures.runs.length} runs of ${figures.sales} sales`,
      `  floor          ${figures.floorPerSecond.toFixed(0)} sales/s, ${figures.floorCpuMsPerSale.toFixed(3)} ms CPU a sale`,
      `  acknowledged   ${figures.acknowledgedPerSecond.toFixed(0)} sales/s`,
      `  applied        ${figures.appliedPerSecond.toFixed(0)} sales/s = ${(figures.ratio * 100).toFixed(1)} % of the floor (aim ≥ ${aim.ratio * 100} %: ${verdict(figures.ratio >= aim.ratio)})`,
      `  CPU            ${figures.cpuMsPerSale.toFixed(3)} ms a sale = ${figures.cpuPerFloorCpu.toFixed(2)} × the floor’s (aim ≤ ${aim.cpu}: ${verdict(figures.cpuPerFloorCpu <= aim.cpu)})`,
    );
  }
  if (result.lookup !== undefined) {
    const { products, requestsPerSecond, p50Ms, p99Ms, failed, floorP50Ms, floorP99Ms } = result.lookup;
    lines.push(
      `Barcode look-up: ${products} products, ${requestsPerSecond} requests/s: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (aim ≤ ${AIMS.p99Ms} ms: ${verdict(p99Ms <= AIMS.p99Ms)}), ${failed} failed`,
      `  floor          p50 ${floorP50Ms.toFixed(1)} ms, p99 ${floorP99Ms.toFixed(1)} ms: the same requests to a server that does nothing but look up`,
    );
  }
  if (result.idle !== undefined) {
    const { tenants, withoutPercent, withPercent, apartPercent } = result.idle;
    lines.push(
      `Idle: ${withoutPercent.toFixed(1)} % of a core without tenants, ${withPercent.toFixed(1)} % with ${tenants}: ${apartPercent.toFixed(1)} apart (aim ≤ ${AIMS.apartPercent}: ${verdict(apartPercent <= AIMS.apartPercent)})`,
    );
  }
  return `${lines.join('\n')}\n`;
}
