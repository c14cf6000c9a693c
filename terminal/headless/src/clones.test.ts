import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TransportError, type Till } from '@nexus/terminal-core';
import fc from 'fast-check';
import { FakePlatform } from './test-support/fake-platform.ts';
import { linesOf, openTestTill, sell } from './test-support/harness.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-clones-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LIMITS = { limits: { entries: 3, bytes: 1_000_000 } };
let runs = 0;

const trySending = async (till: Till): Promise<void> => {
  try {
    await till.sync.send({ heartbeat: true });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
};

/** A till that has sold so many times, and a copy of it. */
const openCopies = async (shared: number) => {
  const home = join(folder, String(++runs));
  const platform = new FakePlatform();
  const open = async (name: string): Promise<Till> =>
    (await openTestTill({ directory: join(home, name), platform, sync: LIMITS })).till;
  const first = await open('a');
  for (let n = 1; n <= shared; n++) await sell(first, [{ n }]);
  await first.close();
  await cp(join(home, 'a'), join(home, 'b'), { recursive: true });
  return { platform, tills: [await open('a'), await open('b')] as const };
};

type Step =
  { readonly do: 'sell' | 'send'; readonly who: 0 | 1 } | { readonly do: 'break' | 'mend' | 'back-up' | 'restore' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('sell' as const, 'send' as const),
      who: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('break' as const, 'mend' as const, 'back-up' as const, 'restore' as const),
    }),
  },
);

test('two copies of one till, a line that fails and a server that forgets: at the end everything is stored once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.array(step, { maxLength: 40 }), async (shared, steps) => {
      const { platform, tills } = await openCopies(shared);
      let backup = structuredClone(platform.tables);
      let calls = 0;
      for (const one of steps) {
        if (one.do === 'sell') await sell(tills[one.who]);
        else if (one.do === 'send') await trySending(tills[one.who]);
        else if (one.do === 'break') platform.fail = () => (['before', null, 'after'] as const)[calls++ % 3] ?? null;
        else if (one.do === 'mend') platform.fail = () => null;
        else if (one.do === 'back-up') backup = structuredClone(platform.tables);
        else platform.tables = { ...structuredClone(backup), epoch: platform.tables.epoch + 1 };
      }
      platform.fail = () => null;
      // Each hears from the server once more after the other has sent all: what was forgotten is sent again.
      for (const till of [...tills, ...tills]) await trySending(till);
      const everything = new Set([...(await linesOf(tills[0])), ...(await linesOf(tills[1]))]);
      expect(new Set(platform.lines)).toEqual(everything);
      expect(platform.lines).toHaveLength(everything.size);
      expect(platform.tables.waiting).toEqual([]);
      for (const till of tills) {
        expect((await till.sync.status()).unsent.entries).toBe(0);
        await till.close();
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

test('a server that only remembers the other side of a fork gets this side again', async () => {
  const { platform, tills } = await openCopies(3);
  const [a, b] = tills;
  for (let n = 1; n <= 2; n++) await sell(a);
  for (let n = 1; n <= 9; n++) await sell(b);
  await a.sync.send();
  const backup = structuredClone(platform.tables);
  await b.sync.send();
  platform.tables = { ...backup, epoch: 2 };
  // What the server knows at the head's place is none of b's: b goes back until both agree.
  const { clone } = await b.sync.send({ heartbeat: true });
  expect(clone).toMatchObject({ verdict: 'other-side' });
  expect(platform.lines).toHaveLength(5 + 2 + 9);
  expect(platform.lines).toEqual(expect.arrayContaining(await linesOf(b)));
  expect((await b.sync.status()).unsent.entries).toBe(0);
  for (const till of tills) await till.close();
});
