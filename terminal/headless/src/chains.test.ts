import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Till } from '@nexus/terminal-core';
import type { FakePlatform } from './test-support/fake-platform.ts';
import { entriesOf, linesOf, openTestTill, sell } from './test-support/harness.ts';

/* A device that has written more than one chain, or shares one with a copy of itself, and a server that forgets. */

const START = Date.parse('2026-03-02T09:30:00Z');
const DAY = 24 * 3_600_000;

/** A till that left a chain behind, everything acknowledged. */
const withTwoChains = async (): Promise<{ till: Till; platform: FakePlatform }> => {
  const { till, platform } = await openTestTill();
  platform.serverTimeMs = START;
  await sell(till);
  await till.resetChain('it seems copied');
  await sell(till);
  await till.sync.send();
  return { till, platform };
};
const forgetAll = (platform: FakePlatform): void => {
  platform.tables = { segments: [], lines: [], waiting: [], nextNumber: 1, epoch: platform.tables.epoch + 1 };
};

describe('a chain that was left behind', () => {
  test('is sent again to a server that forgot it, though everything of it was acknowledged', async () => {
    const { till, platform } = await withTwoChains();
    const backup = structuredClone(platform.tables);
    forgetAll(platform);
    await till.sync.send({ heartbeat: true });
    expect(platform.lines).toEqual(await linesOf(till));
    expect(platform.lines).toHaveLength(backup.lines.length);
  });

  test('is pruned to its last entry and is asked about no more; the chain in use keeps its newest', async () => {
    const { till, platform } = await withTwoChains();
    platform.serverTimeMs = START + 36 * DAY;
    expect((await till.sync.send({ heartbeat: true })).uploads).toBe(2);
    expect((await entriesOf(till)).map(({ k, s }) => ({ k, s }))).toEqual([{ k: 'sale', s: 1 }]);
    expect((await till.sync.send({ heartbeat: true })).uploads).toBe(1);
    expect((await till.sync.status()).unsent).toEqual({ entries: 0, sales: 0, gross: 0, oldest: null });
    await sell(till);
    await till.sync.send();
    expect(platform.lines).toHaveLength(6);
  });
});

describe('how long entries are kept', () => {
  test('counts anew in another epoch, also where a copy of this device has sent everything again already', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nexus-till-'));
    try {
      const { till: first, platform } = await openTestTill({ directory: join(folder, 'a') });
      platform.serverTimeMs = START;
      await sell(first);
      await first.sync.send();
      await first.close();
      await cp(join(folder, 'a'), join(folder, 'b'), { recursive: true });
      const a = await openTestTill({ directory: join(folder, 'a'), platform });
      const b = await openTestTill({ directory: join(folder, 'b'), platform });
      forgetAll(platform);
      platform.serverTimeMs = START + 36 * DAY;
      await a.till.sync.send({ heartbeat: true });
      expect(platform.lines).toHaveLength(3);
      // To this one the server seems to know all it ever knew. It has known it for a minute.
      expect((await b.till.sync.send({ heartbeat: true })).pruned).toBe(0);
      expect(await linesOf(b.till)).toHaveLength(3);
      await a.till.close();
      await b.till.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is noted once for each step forward: an idle till piles nothing up', async () => {
    const { till, platform } = await openTestTill();
    for (let hours = 0; hours < 50; hours += 1) {
      platform.serverTimeMs = START + hours * 3_600_000;
      await till.sync.send({ heartbeat: true });
    }
    const marks = await till.context.store.all('SELECT hour, through FROM acknowledgement');
    expect(marks).toHaveLength(1);
  });
});
