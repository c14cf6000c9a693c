import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { knownEntry } from '@nexus/contracts';
import { TillInUseError } from '@nexus/terminal-core';
import { FakePlatform } from './test-support/fake-platform.ts';
import { entriesOf, expectSound, isTransaction, linesOf, openTestTill, sell } from './test-support/harness.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-till-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a till on disk', () => {
  test('goes on where it stood, shift and all', async () => {
    const directory = join(folder, 'till');
    const first = await openTestTill({ directory });
    await sell(first.till);
    const { shift } = first.till;
    await first.till.close();
    const { till } = await openTestTill({ ...first, directory });
    expect(till.shift).toEqual(shift);
    await sell(till);
    await till.sync.send();
    expectSound(first.platform.lines);
    expect(first.platform.lines).toHaveLength(4);
    await till.close();
  });

  test('has one writer: a second one is turned away until the first is gone', async () => {
    const directory = join(folder, 'till');
    const { till, platform } = await openTestTill({ directory });
    await expect(openTestTill({ directory, platform })).rejects.toThrow(TillInUseError);
    await till.close();
    const again = await openTestTill({ directory, platform });
    await again.till.close();
  });
});

describe('a cloned till', () => {
  test('forks its chain: both sides are kept, each device is answered for its own, and a new chain is a new series', async () => {
    const platform = new FakePlatform();
    const original = await openTestTill({ directory: join(folder, 'a'), platform });
    for (let n = 1; n <= 5; n++) await sell(original.till, [{ n }]);
    await original.till.sync.send();
    await original.till.close();
    await cp(join(folder, 'a'), join(folder, 'b'), { recursive: true });

    const [{ till: a }, { till: b }] = [
      await openTestTill({ directory: join(folder, 'a'), platform }),
      await openTestTill({ directory: join(folder, 'b'), platform }),
    ];
    for (let n = 1; n <= 3; n++) await sell(a, [{ n, price: 100 }]);
    for (let n = 1; n <= 4; n++) await sell(b, [{ n, price: 1000 }]);
    await a.sync.send();
    await b.sync.send();
    await a.sync.send({ heartbeat: true });
    expect(platform.forks).toBe(1);
    const kept = new Set(platform.lines);
    for (const line of [...(await linesOf(a)), ...(await linesOf(b))]) expect(kept).toContain(line);
    expect(platform.lines).toHaveLength(7 + 3 + 4);
    expect((await a.sync.status()).unsent.entries + (await b.sync.status()).unsent.entries).toBe(0);

    // Each hears that its journal goes on elsewhere too.
    for (const till of [a, b]) expect((await till.sync.status()).clone).toMatchObject({ verdict: 'forked' });
    // One of them goes on in a chain of its own: its receipts are a new series.
    await b.resetChain('cloned');
    const { receipt } = await sell(b);
    expect(receipt.n).toBe(1);
    expect(receipt.s).not.toBe((await sell(a)).receipt.s);
    await b.sync.send();
    expect((await b.sync.status()).clone).toBeNull();
    expect(platform.forks).toBe(1);
    await a.close();
    await b.close();
  });

  test('or one restored from a backup, hears that the server has more of its chain, and goes on in a new one', async () => {
    const platform = new FakePlatform();
    const original = await openTestTill({ directory: join(folder, 'a'), platform });
    await sell(original.till);
    await original.till.sync.send();
    await original.till.close();
    await cp(join(folder, 'a'), join(folder, 'backup'), { recursive: true });
    const before = await openTestTill({ directory: join(folder, 'a'), platform });
    for (let n = 1; n <= 3; n++) await sell(before.till, [{ n }]);
    await before.till.sync.send();
    await before.till.close();

    const { till } = await openTestTill({ directory: join(folder, 'backup'), platform });
    const { clone } = await till.sync.send({ heartbeat: true });
    expect(clone).toMatchObject({ verdict: 'ahead', seq: 6 });
    expect((await till.sync.status()).clone).toEqual(clone);
    const { chain } = await till.resetChain('restored from a backup');
    expect((await till.sync.status()).clone).toBeNull();
    await sell(till);
    await till.sync.send();
    const entries = platform.entries().map((entry) => knownEntry.parse(entry));
    expect(entries.at(-2)).toMatchObject({ k: 'chain-reset', next: chain });
    expect(entries.at(-1)).toMatchObject({ k: 'sale', c: chain, s: 1, r: { n: 1 } });
    const receipts = entries.filter(isTransaction).map(({ r }) => `${r.s} ${r.n}`);
    expect(new Set(receipts).size).toBe(receipts.length);
    expect((await till.sync.status()).unsent.entries).toBe(0);
    await till.close();
  });
});

describe('kill -9', () => {
  const worker = join(import.meta.dirname, 'test-support', 'selling-process.ts');

  /** Lets a process sell, and kills it so many sales after the first it reports as paid, at whatever it does then. */
  const sellUntilKilled = async (directory: string, afterSales: number, afterMs: number): Promise<string[]> => {
    const child = spawn(process.execPath, [worker, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const paid: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      paid.push(line);
      if (paid.length === afterSales) setTimeout(() => child.kill('SIGKILL'), afterMs);
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    return paid;
  };

  test('at any instant after "paid" loses no paid sale, leaves no half one, and no lock behind', async () => {
    const directory = join(folder, 'till');
    const { platform, till } = await openTestTill({ directory });
    await till.close();
    const paid: string[] = [];
    // Seeded: an odd multiplier walks through delays of 0 to 12 ms.
    for (let round = 1; round <= 6; round++) {
      paid.push(...(await sellUntilKilled(directory, 1 + ((round * 5) % 7), (round * 7) % 13)));
    }
    const again = await openTestTill({ directory, platform });
    const lines = await linesOf(again.till);
    expectSound(lines);
    const sales = (await entriesOf(again.till)).filter(isTransaction);
    const there = new Set(sales.map(({ i }) => i));
    expect(paid.filter((entry) => !there.has(entry))).toEqual([]);
    // Entry, receipt and stock went together: each is there as often as the others.
    const { store } = again.till.context;
    expect(await store.one('SELECT count(*) AS count, max(receipt) AS receipt FROM sale')).toMatchObject({
      count: sales.length,
      receipt: sales.length,
    });
    expect(await store.one('SELECT -sum(quantity) / 1000 AS sold FROM stock')).toMatchObject({
      sold: sales.reduce((sum, { L }) => sum + L.length, 0),
    });
    await again.till.sync.send();
    expect(platform.lines).toEqual(lines);
    await again.till.close();
  }, 180_000);
});
