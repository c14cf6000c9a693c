import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { knownEntry } from '@nexus/contracts';
import fc from 'fast-check';
import { sendDisorderly } from './send-disorderly.ts';
import { FAULTS, type Fault } from './test-support/fake-network.ts';
import { Fleet, tolerating } from './test-support/fleet.ts';
import { isTransaction } from './test-support/harness.ts';

/*
 * Two terminals, copies of their devices, a network that does its worst and a server that forgets: whatever happens in
 * whatever order, nothing written is ever nowhere, and in the end everything is stored once.
 */

const MAX_DEVICES = 5;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-network-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Model = Record<string, never>;
type Happening = fc.AsyncCommand<Model, Fleet>;

/** Something that happens; what must hold at any moment is checked behind it. */
const happening = (name: string, run: (fleet: Fleet) => unknown, check?: (fleet: Fleet) => boolean): Happening => ({
  check: () => true,
  run: async (_model, fleet) => {
    if (check?.(fleet) === false) return;
    await run(fleet);
    await fleet.check();
  },
  toString: () => name,
});

const which = fc.nat(11);
const faults = fc.array(fc.constantFrom<Fault>(...FAULTS), { maxLength: 6 });
const happenings: fc.Arbitrary<Happening>[] = [
  fc
    .tuple(which, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }))
    .map(([d, lines]) => happening(`sell(${d})`, (fleet) => fleet.sell(fleet.device(d), lines))),
  fc.tuple(which, fc.integer({ min: 2, max: 8 })).map(([d, sales]) =>
    happening(`busy hour(${d}, ${sales})`, async (fleet) => {
      for (let sale = 0; sale < sales; sale += 1) await fleet.sell(fleet.device(d), [sale + 1]);
    }),
  ),
  which.map((d) => happening(`undo(${d})`, (fleet) => fleet.undo(fleet.device(d)))),
  which.map((d) => happening(`change shift(${d})`, (fleet) => fleet.changeShift(fleet.device(d)))),
  fc.tuple(which, faults).map(([d, broken]) =>
    happening(`send(${d}, ${broken.join(' ')})`, async (fleet) => {
      fleet.network.faults = [...broken];
      await tolerating(() => fleet.device(d).till.sync.send({ heartbeat: true }));
    }),
  ),
  fc.tuple(which, faults, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))).map(([d, broken, draws]) =>
    happening(`send in disorder(${d}, ${broken.join(' ')})`, async (fleet) => {
      fleet.network.faults = [...broken];
      const shuffle = (): number => Number(draws.next().value);
      const limits = { entries: 2, bytes: 1_000_000 };
      await tolerating(() => sendDisorderly(fleet.device(d).till, { duplicate: true, shuffle, limits }));
    }),
  ),
  fc.constant(happening('what was given up arrives', (fleet) => fleet.network.deliverHeld())),
  which.map((d) => happening(`restart(${d})`, (fleet) => fleet.restart(fleet.device(d)))),
  which.map((d) =>
    happening(
      `copy(${d})`,
      (fleet) => fleet.clone(fleet.device(d)),
      ({ devices }) => devices.length < MAX_DEVICES,
    ),
  ),
  which.map((d) => happening(`new chain(${d})`, (fleet) => fleet.device(d).till.resetChain('it seems copied'))),
  fc.integer({ min: 1, max: 20 }).map((days) => happening(`${days} days pass`, (fleet) => fleet.passDays(days))),
  which.map((t) => happening(`back up(${t})`, (fleet) => fleet.backUp(t))),
  which.map((t) => happening(`restore(${t})`, (fleet) => fleet.restore(t))),
];

/** Receipt numbers of each series as the platform has them; a copied till gives a number twice. */
const receiptsOf = (lines: readonly string[]): Map<string, Set<number>> => {
  const series = new Map<string, Set<number>>();
  for (const line of lines) {
    const entry = knownEntry.parse(JSON.parse(line));
    if (isTransaction(entry)) series.set(entry.r.s, (series.get(entry.r.s) ?? new Set()).add(entry.r.n));
  }
  return series;
};

let runs = 0;

test('whatever a network and a server do, in the end everything sold is stored exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(happenings, { maxCommands: 40, size: '+1' }), async (commands) => {
      const fleet = await Fleet.open(join(folder, String(++runs)), 2);
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: fleet }), commands);
        await fleet.heal();
        await fleet.check();
        for (const { platform, written } of fleet.terminals) {
          expect(platform.tables.waiting).toEqual([]);
          expect(platform.lines).toHaveLength(written.size);
          expect(new Set(platform.lines)).toEqual(written);
          for (const [, numbers] of receiptsOf(platform.lines)) expect(Math.max(...numbers)).toBe(numbers.size);
        }
        for (const { till } of fleet.devices) expect((await till.sync.status()).unsent.entries).toBe(0);
      } finally {
        await fleet.close();
      }
    }),
    { numRuns: 40 },
  );
}, 180_000);
