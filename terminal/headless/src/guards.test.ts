import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { tokenProofText } from '@nexus/contracts';
import { findByCode, MAX_COUNTED_LINES, prepareUpload, readChains, TransportError } from '@nexus/terminal-core';
import { FakePlatform } from './test-support/fake-platform.ts';
import { entriesOf, linesOf, openTestTill, product, sell, TAX_GROUP } from './test-support/harness.ts';

/* Small promises that nothing else would notice being broken. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-02T09:30:00Z');

/** A wait that ends when it is told to. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it never came to hold');
};
/** Every wait of the till: it ends when the till is woken or stopped. */
const sleepUntilWoken = () => {
  const waits: (() => void)[] = [];
  const sleep = (_ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      waits.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  return { waits, sleep };
};

describe('retention', () => {
  test('counts 35 whole days, to the hour', async () => {
    const { till, platform } = await openTestTill();
    platform.serverTimeMs = START;
    await till.sync.send();
    // It was acknowledged somewhere in its hour: that hour must be over for 35 days.
    platform.serverTimeMs = START + 35 * DAY + 29 * 60_000;
    expect((await till.sync.send({ heartbeat: true })).pruned).toBe(0);
    platform.serverTimeMs = START + 35 * DAY + 2 * HOUR;
    expect((await till.sync.send({ heartbeat: true })).pruned).toBe(1);
  });

  test('counts anew what a server had less of for a while, also where it calls that the same epoch', async () => {
    const { till, platform } = await openTestTill();
    platform.serverTimeMs = START;
    const { tables } = platform;
    await sell(till);
    await till.sync.send();
    platform.tables = tables;
    platform.serverTimeMs = START + 36 * DAY;
    expect((await till.sync.send({ heartbeat: true })).pruned).toBe(0);
    expect(platform.lines).toEqual(await linesOf(till));
  });

  test('leaves a till that sends on from its oldest entry, whatever it believes to be acknowledged', async () => {
    const { till, platform } = await openTestTill();
    platform.serverTimeMs = START;
    await sell(till);
    await till.sync.send();
    platform.serverTimeMs = START + 36 * DAY;
    await till.sync.send({ heartbeat: true });
    await till.context.store.run('UPDATE chain SET acknowledged = 0');
    await sell(till);
    await till.sync.send();
    expect(platform.lines).toHaveLength(4);
    expect((await till.sync.status()).unsent.entries).toBe(0);
  });

  test('spares the cash of an open shift, and takes out what only looks pruned entries up', async () => {
    const { till, platform } = await openTestTill();
    platform.serverTimeMs = START;
    await sell(till, [{ n: 1, price: 700 }]);
    await till.sync.send();
    platform.serverTimeMs = START + 40 * DAY;
    await till.sync.send({ heartbeat: true });
    expect(await entriesOf(till)).toHaveLength(1);
    await sell(till, [{ n: 1, price: 300 }]);
    expect(await till.closeShift(11_000)).toMatchObject({ ok: true, expectedMinor: 11_000 });
    await till.sync.send();
    platform.serverTimeMs = START + 80 * DAY;
    await till.sync.send({ heartbeat: true });
    const { store } = till.context;
    expect(await store.one('SELECT count(*) AS count FROM sale')).toEqual({ count: 0 });
  });
});

test('a shift that was closed is closed after a restart; the next one keeps the drawer; cash moves are positive', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nexus-till-'));
  try {
    const { till, platform } = await openTestTill({ directory });
    await till.closeShift(10_000);
    await till.close();
    const again = await openTestTill({ directory, platform, shift: false });
    expect(again.till.shift).toBeNull();
    await again.till.openShift({ cashier: 'kofi', floatMinor: 0 });
    expect((await entriesOf(again.till)).filter(({ k }) => k === 'drawer-assigned')).toHaveLength(1);
    const move = { kind: 'drop' as const, amountMinor: 0, reason: 'safe' };
    expect(await again.till.moveCash(move)).toEqual({ ok: false, reason: 'amount-not-positive' });
    await again.till.close();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a stock count is bounded', async () => {
  const { till } = await openTestTill();
  const line = { product: product(1).id, code: 'P1', quantity: 1000 };
  const lines = Array.from({ length: MAX_COUNTED_LINES + 1 }, () => line);
  expect(await till.countStock(lines)).toEqual({ ok: false, reason: 'too-many-lines' });
});

describe('sending', () => {
  test('asked for twice at once sends once; one that failed is not in the way of the next', async () => {
    const { till, platform } = await openTestTill();
    await sell(till);
    await Promise.all([till.sync.send(), till.sync.send()]);
    expect(platform.uploads).toHaveLength(1);
    await sell(till);
    let failures = 1;
    platform.fail = () => (failures-- > 0 ? 'before' : null);
    const results = await Promise.allSettled([till.sync.send(), till.sync.send()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await till.sync.status()).unsent.entries).toBe(0);
  });

  test('brings along what is sold while it is under way', async () => {
    const { till, platform } = await openTestTill({ sync: { limits: { entries: 2, bytes: 1_000_000 } } });
    const upload = platform.upload;
    platform.upload = async (sent) => {
      if (platform.uploads.length === 0) for (let n = 1; n <= 3; n++) await sell(till);
      return upload(sent);
    };
    await till.sync.send();
    expect(platform.lines).toHaveLength(5);
  });

  test('an upload for entries that are not kept any more is a bug, and is not sent short', async () => {
    const { till } = await openTestTill();
    const [chain] = await readChains(till.context.store);
    if (!chain) throw new Error('a chain');
    await till.context.store.run('DELETE FROM journal_entry WHERE seq = 1');
    await expect(prepareUpload(till.context, chain, { first: 1, count: 2 })).rejects.toThrow('not all kept');
  });

  test('counts what is unsent in every chain, and measures the server’s clock', async () => {
    const { till, platform, clock } = await openTestTill();
    await till.resetChain('it seems copied');
    await sell(till);
    expect((await till.sync.status()).unsent.entries).toBe(4);
    platform.serverTimeMs = clock.ms + 90_000;
    await till.sync.send();
    await sell(till);
    expect((await entriesOf(till)).at(-1)).toMatchObject({ w: { so: 90_000 } });
  });

  test('a line larger than the limit goes alone', async () => {
    const { till, platform } = await openTestTill({ sync: { limits: { entries: 10, bytes: 50 } } });
    await sell(till);
    await till.sync.send();
    expect(platform.uploads).toHaveLength(3);
    expect(platform.lines).toEqual(await linesOf(till));
  });

  test('a finding about a copy is of the chain in use; a chain left behind for it says nothing new', async () => {
    const { till, platform } = await openTestTill();
    await sell(till);
    await till.resetChain('it seems copied');
    await sell(till);
    const upload = platform.upload;
    platform.upload = async (sent) => ({ ...(await upload(sent)), forks: 1 });
    const [old] = await readChains(till.context.store);
    const { clone } = await till.sync.send();
    expect(clone?.chain).toBe(till.context.journal.head.chain);
    expect(clone?.chain).not.toBe(old?.id);
  });
});

describe('by itself', () => {
  test('begins once, and ends only when what is on the way has ended', async () => {
    const { sleep, waits } = sleepUntilWoken();
    const { till, platform } = await openTestTill({ sleep });
    const { opened, open } = gate();
    const upload = platform.upload;
    platform.upload = async (sent) => {
      await opened;
      return upload(sent);
    };
    till.sync.start();
    till.sync.start();
    const sending = till.sync.send();
    let stopped = false;
    const stopping = till.sync.stop().then(() => (stopped = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    open();
    await Promise.all([stopping, sending]);
    expect(platform.uploads).toHaveLength(1);
    expect((await till.sync.status()).state).toBe('stopped');
    expect(waits.length).toBeLessThanOrEqual(1);
    till.sync.start();
    await until(async () => (await till.sync.status()).state === 'idle');
    await till.close();
  });

  test('closes only when what somebody else sends has ended too', async () => {
    const { till, platform } = await openTestTill();
    const { opened, open } = gate();
    const upload = platform.upload;
    platform.upload = async (sent) => {
      await opened;
      return upload(sent);
    };
    const sending = till.sync.send();
    let closed = false;
    const closing = till.close().then(() => (closed = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    open();
    await Promise.all([sending, closing]);
    expect(platform.lines).toHaveLength(2);
  });

  test('fetches what moved while the line of nudges was down', async () => {
    const { sleep, waits } = sleepUntilWoken();
    const { till, platform } = await openTestTill({ sleep });
    let drop = (): void => undefined;
    let lines = 0;
    const { nudges } = platform;
    platform.nudges = (token, onNudge, signal) => {
      if (++lines > 1) return nudges(token, onNudge, signal);
      return new Promise((_, reject) => (drop = () => reject(new TransportError('unreachable', 'the line is down'))));
    };
    till.sync.start();
    await until(async () => waits.length > 0 && lines === 1 && (await till.sync.status()).state === 'idle');
    platform.changeLog.push({ k: 'tax-group', d: { ...TAX_GROUP, code: 'moved', name: 'Moved' } });
    drop();
    await until(() => waits.length > 1);
    till.sync.retryNow();
    await until(() => till.context.state.taxGroups.has('moved'));
    expect((await till.sync.status()).lastError).toBeNull();
    await till.close();
  });
});

describe('the access token', () => {
  test('is proven with the nonce of the server, used again, and renewed a minute before it ends', async () => {
    const { till, platform, clock } = await openTestTill();
    const asked = jest.spyOn(platform, 'token');
    await till.sync.refresh();
    await till.sync.refresh();
    expect(asked).toHaveBeenCalledTimes(1);
    expect(tokenProofText(asked.mock.calls[0]?.[0].keyId ?? '', 'a-nonce-of-the-server')).toContain('nonce');
    clock.ms += 239_000;
    await till.sync.refresh();
    expect(asked).toHaveBeenCalledTimes(1);
    clock.ms += 2_000;
    await till.sync.refresh();
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe('the feed', () => {
  const group = (code: string) => ({ k: 'tax-group' as const, d: { ...TAX_GROUP, code, name: code } });
  const item = (n: number, revision: number) => ({ k: 'product' as const, d: { ...product(n), revision } });

  test('of a new snapshot keeps what is older there than here, and drops facts that are gone', async () => {
    const { till, platform } = await openTestTill();
    platform.snapshotItems = [group('standard'), group('gone'), item(1, 9)];
    await till.sync.refresh();
    platform.feedEpoch = 2;
    platform.snapshotItems = [group('standard'), item(1, 4)];
    await till.sync.refresh();
    expect(await findByCode(till.context.store, 'P1')).toMatchObject({ revision: 9 });
    expect([...till.context.state.taxGroups.keys()]).toEqual(['standard']);
  });

  test('tells the till of itself, for good, and not of its neighbours', async () => {
    const platform = new FakePlatform();
    const { till } = await openTestTill({ platform });
    const { terminal } = till.facts!;
    platform.snapshotItems = [
      { k: 'terminal', d: { ...terminal, name: 'Till by the door' } },
      { k: 'terminal', d: { ...terminal, id: product(1).id, name: 'Another till' } },
    ];
    await till.sync.refresh();
    expect(till.facts?.terminal.name).toBe('Till by the door');
    expect(await till.context.store.one("SELECT value FROM setting WHERE name = 'facts'")).toMatchObject({
      value: expect.stringContaining('Till by the door') as unknown,
    });
  });
});
