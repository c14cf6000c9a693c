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
      const home = join(folder, String(++runs));
      const platform = new FakePlatform();
      const first = await openTestTill({ directory: join(home, 'a'), platform, sync: LIMITS });
      for (let n = 1; n <= shared; n++) await sell(first.till, [{ n }]);
      await first.till.close();
      await cp(join(home, 'a'), join(home, 'b'), { recursive: true });
      const tills = [
        (await openTestTill({ directory: join(home, 'a'), platform, sync: LIMITS })).till,
        (await openTestTill({ directory: join(home, 'b'), platform, sync: LIMITS })).till,
      ] as const;
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
