import { describe, expect, test } from '@jest/globals';
import { TransportError } from '@nexus/terminal-core';
import fc from 'fast-check';
import { sendDisorderly } from './send-disorderly.ts';
import { entriesOf, expectSound, linesOf, openTestTill, sell } from './test-support/harness.ts';

const small = { limits: { entries: 4, bytes: 1_000_000 } };

/** Sends until it works; a real till waits in between. */
const sendStubbornly = async (send: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 0; attempt < 500; attempt++) {
    try {
      await send();
      return;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
    }
  }
  throw new Error('nothing got through');
};

/** The next value of an endless stream. */
const drawFrom = <T>(stream: Iterator<T>, otherwise: T): T => {
  const { done, value } = stream.next();
  return done ? otherwise : value;
};

describe('sending', () => {
  test('ends with everything stored once, wherever the line breaks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom<'before' | 'after' | null>(null, null, 'before', 'after')),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }),
        async (failures, days) => {
          const { till, platform } = await openTestTill({ sync: small });
          platform.fail = () => drawFrom(failures, null);
          for (const sales of days) {
            for (let n = 1; n <= sales; n++) await sell(till, [{ n }]);
            await sendStubbornly(() => till.sync.send());
          }
          expect(platform.lines).toEqual(await linesOf(till));
          expect((await till.sync.status()).unsent).toEqual({ entries: 0, sales: 0, gross: 0, oldest: null });
          expectSound(platform.lines);
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);

  test('goes on from the server’s watermark: what it has is not sent again', async () => {
    const { till, platform } = await openTestTill({ sync: small });
    for (let n = 1; n <= 10; n++) await sell(till);
    let calls = 0;
    platform.fail = (call) => (call === 'upload' && ++calls === 2 ? 'after' : null);
    await expect(till.sync.send()).rejects.toThrow('was lost');
    const stored = platform.lines.length;
    expect(await till.sync.status()).toMatchObject({ unsent: { entries: 8 }, lastError: { failure: 'unreachable' } });
    await till.sync.send();
    expect(platform.lines).toEqual(await linesOf(till));
    expect([stored, platform.uploads.length]).toEqual([8, 4]);
  });

  test('counts what is unsent, its amount and its oldest, also in what it tells the server', async () => {
    const { till, clock, platform } = await openTestTill();
    await till.sync.send();
    clock.ms += 60_000;
    const since = clock.ms;
    await sell(till, [{ n: 1, price: 700 }]);
    clock.ms += 60_000;
    await sell(till, [{ n: 1, price: 300 }]);
    const unsent = { entries: 2, sales: 2, gross: 1000, oldest: since };
    expect((await till.sync.status()).unsent).toEqual(unsent);
    await till.sync.send();
    const header: unknown = JSON.parse(Buffer.from(platform.uploads.at(-1)!.header, 'base64url').toString());
    expect(header).toMatchObject({
      unsent: { count: 2, gross: 1000, cur: 'GHS', oldest: since },
      acked: { epoch: 1, seq: 2 },
    });
  });

  test('without anything to send says so in an upload without lines', async () => {
    const { till, platform } = await openTestTill();
    await till.sync.send();
    expect((await till.sync.send()).uploads).toBe(0);
    expect((await till.sync.send({ heartbeat: true })).uploads).toBe(1);
    expect(platform.uploads.at(-1)?.body).toHaveLength(0);
  });

  test('three times at once and out of order stores everything once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (sales, random) => {
          const { till, platform } = await openTestTill({ sync: small });
          for (let n = 1; n <= sales; n++) await sell(till, [{ n }]);
          await sendDisorderly(till, {
            duplicate: true,
            shuffle: () => drawFrom(random, 0),
            limits: small.limits,
          });
          expect(platform.lines).toEqual(await linesOf(till));
          expect((await till.sync.status()).unsent.entries).toBe(0);
          expect(platform.tables.segments).toHaveLength(1);
        },
      ),
      { numRuns: 15 },
    );
  }, 180_000);

  test('respects the bytes of an upload', async () => {
    const { till, platform } = await openTestTill({ sync: { limits: { entries: 100, bytes: 3000 } } });
    for (let n = 1; n <= 12; n++) await sell(till);
    await till.sync.send();
    expect(platform.uploads.length).toBeGreaterThan(3);
    expect(platform.uploads.every(({ body }) => body.length <= 3000)).toBe(true);
    expect(platform.lines).toEqual(await linesOf(till));
  });
});

describe('a server restored from a backup', () => {
  test('gets again what it has forgotten, and ends with the same totals', async () => {
    const { till, platform } = await openTestTill({ sync: small });
    for (let n = 1; n <= 9; n++) await sell(till, [{ n }]);
    await till.sync.send();
    const backup = structuredClone(platform.tables);
    for (let n = 1; n <= 9; n++) await sell(till, [{ n }]);
    await till.sync.send();
    expect((await till.sync.status()).unsent.entries).toBe(0);
    platform.tables = { ...backup, epoch: 2 };
    await till.sync.send({ heartbeat: true });
    expect(platform.lines).toEqual(await linesOf(till));
    expect((await till.sync.status()).unsent.entries).toBe(0);
    expect(await till.context.store.one('SELECT epoch FROM chain')).toMatchObject({ epoch: 2 });
  });

  test('that lost everything gets everything that is kept', async () => {
    const { till, platform } = await openTestTill({ sync: small });
    for (let n = 1; n <= 9; n++) await sell(till, [{ n }]);
    await till.sync.send();
    platform.tables = { segments: [], lines: [], waiting: [], nextNumber: 1, epoch: 2 };
    await till.sync.send({ heartbeat: true });
    expect(platform.lines).toEqual(await linesOf(till));
  });
});

describe('retention', () => {
  const DAY = 24 * 3_600_000;

  test('keeps acknowledged entries for 35 days of server time, and never drops what is unsent', async () => {
    const { till, platform } = await openTestTill({ sync: small });
    const start = Date.parse('2026-03-02T09:30:00Z');
    platform.serverTimeMs = start;
    for (let n = 1; n <= 5; n++) await sell(till, [{ n }]);
    await till.sync.send();
    const all = await linesOf(till);
    // The till's own clock is years off: it does not count.
    platform.serverTimeMs = start + 34 * DAY;
    await sell(till);
    await till.sync.send();
    expect(await linesOf(till)).toHaveLength(all.length + 1);
    platform.serverTimeMs = start + 36 * DAY;
    await sell(till);
    expect((await till.sync.send()).pruned).toBe(all.length);
    expect((await entriesOf(till)).map(({ s }) => s)).toEqual([8, 9]);
    expect(platform.lines).toHaveLength(all.length + 2);
    // It goes on selling, and a server that lost everything gets what is kept.
    await sell(till);
    platform.tables = { segments: [], lines: [], waiting: [], nextNumber: 1, epoch: 2 };
    await till.sync.send();
    expect(platform.tables.waiting.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([8, 9, 10]);
  });

  test('counts anew from when a restored server answered', async () => {
    const { till, platform } = await openTestTill({ sync: small });
    const start = Date.parse('2026-03-02T09:30:00Z');
    platform.serverTimeMs = start;
    await sell(till);
    await till.sync.send();
    const backup = structuredClone(platform.tables);
    platform.serverTimeMs = start + DAY / 12;
    for (let n = 1; n <= 5; n++) await sell(till, [{ n }]);
    await till.sync.send();
    platform.tables = { ...backup, epoch: 2 };
    platform.serverTimeMs = start + 34 * DAY;
    await till.sync.send({ heartbeat: true });
    platform.serverTimeMs = start + 36 * DAY;
    await till.sync.send({ heartbeat: true });
    // Whatever the other epoch knew before, this one vouches for it since it was opened.
    expect((await entriesOf(till)).map(({ s }) => s)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    platform.serverTimeMs = start + 70 * DAY;
    await till.sync.send({ heartbeat: true });
    expect((await entriesOf(till)).map(({ s }) => s)).toEqual([8]);
  });

  test('never drops the newest entry, from which the chain goes on', async () => {
    const { till, platform } = await openTestTill();
    platform.serverTimeMs = Date.parse('2026-03-02T09:30:00Z');
    await sell(till);
    await till.sync.send();
    platform.serverTimeMs += 90 * DAY;
    await till.sync.send({ heartbeat: true });
    expect((await entriesOf(till)).map(({ s }) => s)).toEqual([3]);
    await sell(till);
    await till.sync.send();
    expectSound(platform.lines);
  });
});

describe('the journal file', () => {
  test('carries what no network carries, as often as one likes', async () => {
    const { till, platform } = await openTestTill();
    for (let n = 1; n <= 20; n++) await sell(till, [{ n }]);
    const pieces: Uint8Array[] = [];
    for await (const piece of till.exportJournal()) pieces.push(piece);
    const { readJournalFile } = await import('@nexus/journal');
    const limits = { maxBytes: 4_194_304, maxLines: 1000, maxLineBytes: 1_048_576 };
    for (let time = 0; time < 2; time++) {
      const { uploads } = readJournalFile(new Uint8Array(Buffer.concat(pieces)), limits);
      for (const upload of uploads) await platform.upload(upload);
    }
    expect(platform.lines).toEqual(await linesOf(till));
    await expect(till.exportJournal('unknown').next()).rejects.toThrow('has not written');
  });
});

describe('by itself', () => {
  /** Every wait of the till, to be ended by hand. */
  const manualSleep = () => {
    const waits: { ms: number; end: () => void }[] = [];
    return {
      waits,
      sleep: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (signal.aborted) return resolve();
          waits.push({ ms, end: resolve });
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    };
  };
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 10_000; turn++) {
      if (await holds()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('it never came to hold');
  };

  test('sends each sale, waits longer and longer while the line is down, and catches up', async () => {
    const { waits, sleep } = manualSleep();
    const { till, platform } = await openTestTill({ sleep });
    platform.fail = (call) => (call === 'upload' ? 'before' : null);
    till.sync.start();
    for (let failures = 1; failures <= 6; failures++) {
      await until(() => waits.length === failures);
      waits.at(-1)!.end();
    }
    await until(() => waits.length === 7);
    // Each wait is drawn from the upper half of twice the one before.
    const lengths = waits.map(({ ms }) => ms);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    // A sale does not make it try sooner.
    await sell(till);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(waits).toHaveLength(7);
    expect((await till.sync.status()).state).toBe('offline');
    platform.fail = () => null;
    till.sync.retryNow();
    await until(async () => (await till.sync.status()).state === 'idle');
    expect(platform.lines).toEqual(await linesOf(till));
    await sell(till);
    await until(() => platform.lines.length === 4);
    expect(await till.sync.status()).toMatchObject({ unsent: { entries: 0 }, lastError: null });
    await till.close();
  });

  test('hears a nudge and brings the change in', async () => {
    const { sleep } = manualSleep();
    const { till, platform } = await openTestTill({ sleep });
    till.sync.start();
    await until(async () => (await till.sync.status()).state === 'idle');
    platform.changeLog.push({ k: 'tax-group', d: { code: 'zero', name: 'Zero', components: [] } });
    platform.nudge();
    await until(() => till.context.state.taxGroups.has('zero'));
    await till.close();
  });
});
