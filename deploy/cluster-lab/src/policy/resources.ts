import type { Container } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

/** The largest part of its memory that a process may give to JavaScript's old generation. */
const MAX_HEAP_PART = 0.75;
const MIB = 1024 ** 2;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: MIB, Gi: 1024 ** 3 };

/** Requests and limits of everything, and a heap that fits. */
export const resources: Policy = ({ workloads }) =>
  workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      faultsOf(container).map((fault) => `${of(workload)}: container ${container.name} ${fault}`),
    ),
  );

function faultsOf({ resources: given, env }: Container): string[] {
  const found: string[] = [];
  for (const kind of ['requests', 'limits'] as const) {
    for (const what of ['cpu', 'memory'] as const) {
      if (given?.[kind][what] === undefined) found.push(`has no ${kind} of ${what}`);
    }
  }
  const heap = /--max-old-space-size=(\d+)/.exec(env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '')?.[1];
  const limit = given?.limits.memory;
  if (heap !== undefined && limit !== undefined && Number(heap) * MIB > MAX_HEAP_PART * bytes(limit)) {
    found.push(`has a heap of ${heap} MiB in ${limit}`);
  }
  return found;
}

export function bytes(quantity: string): number {
  const [, amount, unit = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = UNITS[unit];
  if (amount === undefined || factor === undefined) throw new Error(`${quantity} is no amount of memory`);
  return Number(amount) * factor;
}
