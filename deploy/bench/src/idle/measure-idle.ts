import { setTimeout as sleep } from 'node:timers/promises';
import { createTenant } from '@nexus/cli';
import { cpuSeconds } from '../measure/cpu.ts';
import type { BenchPlatform } from '../platform.ts';

export interface IdleFigures {
  readonly tenants: number;
  /** CPU of the idle platform in percent of one core, before and with that many idle tenants. */
  readonly withoutPercent: number;
  readonly withPercent: number;
  readonly apartPercent: number;
}

export interface IdleOptions {
  readonly tenants: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

/** Sign-ups at once. */
const PARALLEL = 4;
/** What start-up leaves behind (caches, autovacuum) gets this long to settle. */
const SETTLE_MS = 60_000;
/** A tenant is idle when nothing has happened in it for longer than consumers look back for what moved: five minutes. */
const TENANTS_SETTLE_MS = 330_000;

/** What idle tenants cost. Wants a platform that has none yet. */
export async function measureIdle(
  platform: BenchPlatform,
  { tenants, seconds, onProgress }: IdleOptions,
): Promise<IdleFigures> {
  const measure = async (what: string, settleMs: number): Promise<number> => {
    onProgress(`idle ${what}: settling for ${settleMs / 1000} s, then ${seconds} s`);
    await sleep(settleMs);
    const before = cpuSeconds(platform.pids());
    const begun = performance.now();
    await sleep(seconds * 1000);
    return ((cpuSeconds(platform.pids()) - before) / ((performance.now() - begun) / 1000)) * 100;
  };
  const withoutPercent = await measure('without tenants', SETTLE_MS);
  let next = 0;
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (next < tenants) {
        const n = next;
        next += 1;
        await createTenant(platform.session, {
          name: `Idle ${n}`,
          slug: `idle-${n}`,
          ownerEmail: `idle-${n}@example.test`,
          currency: 'GHS',
          country: 'GH',
        });
        if (n % 20 === 19) onProgress(`${n + 1} idle tenants`);
      }
    }),
  );
  const withPercent = await measure(`with ${tenants} tenants`, TENANTS_SETTLE_MS);
  return { tenants, withoutPercent, withPercent, apartPercent: withPercent - withoutPercent };
}
