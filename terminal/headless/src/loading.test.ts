import { describe, expect, test } from '@jest/globals';
import { decodeUploadHeader } from '@nexus/journal';
import { TransportError, type Transport } from '@nexus/terminal-core';
import { prepareLoad, sellForLoad } from './load/prepare-load.ts';
import { pushLoad } from './load/push-load.ts';
import { sendDisorderly } from './send-disorderly.ts';
import { expectSound, linesOf, openTestTill, product, sell, TAX_GROUP } from './test-support/harness.ts';

const PRODUCTS = [1, 2, 3].map((n) => ({ ...product(n), priceMinor: 500 + n, taxGroup: TAX_GROUP }));
const WAIT = { waitMs: 0 };

const loaded = async (sales: number) => {
  const opened = await openTestTill({ shift: false });
  await sellForLoad(opened.till, { products: PRODUCTS, sales, linesPerSale: 3 });
  return opened;
};

const unsentIn = (header: string) =>
  (decodeUploadHeader(header)?.value as { unsent: { count: number } } | undefined)?.unsent.count;

describe('load', () => {
  test('is sold, prepared and pushed, and what is stored is sound', async () => {
    const { till, platform } = await loaded(12);
    const uploads = await prepareLoad(till, 5);
    expect(uploads.map(({ batch }) => batch)).toEqual([
      { first: 1, count: 5 },
      { first: 6, count: 5 },
      { first: 11, count: 4 },
    ]);
    expect(uploads.map(({ upload }) => unsentIn(upload.header))).toEqual([14, 9, 4]);
    expect(await prepareLoad(till, 5)).toEqual([]);
    const acknowledged: number[] = [];
    const onAcknowledged = (entries: number) => acknowledged.push(entries);
    expect(await pushLoad([{ transport: platform, uploads }], { onAcknowledged })).toEqual({ entries: 14 });
    expect(acknowledged).toEqual([5, 5, 4]);
    expect(platform.lines).toEqual(await linesOf(till));
    expectSound(platform.lines);
  });

  test('needs products', async () => {
    const { till } = await openTestTill();
    await expect(sellForLoad(till, { products: [], sales: 1, linesPerSale: 1 })).rejects.toThrow('needs products');
  });

  test('is pushed again where the line fails, so often and no more; what is refused is not', async () => {
    const { till, platform } = await loaded(3);
    const uploads = await prepareLoad(till, 100);
    let calls = 0;
    platform.fail = () => (++calls <= 2 ? 'before' : null);
    expect(await pushLoad([{ transport: platform, uploads }], WAIT)).toEqual({ entries: 5 });
    calls = -100;
    platform.fail = () => (++calls, 'before');
    await expect(pushLoad([{ transport: platform, uploads }], { ...WAIT, tries: 4 })).rejects.toThrow('did not arrive');
    expect(calls).toBe(-96);
    let refusals = 0;
    const upload: Transport['upload'] = () => {
      refusals += 1;
      return Promise.reject(new TransportError('refused', 'not signed'));
    };
    await expect(pushLoad([{ transport: { ...platform, upload }, uploads }], WAIT)).rejects.toThrow('not signed');
    expect(refusals).toBe(1);
  });

  test('that was sent in order and is not stored is an error', async () => {
    const { till, platform } = await loaded(3);
    const [, second] = await prepareLoad(till, 2);
    if (!second) throw new Error('two uploads');
    await expect(pushLoad([{ transport: platform, uploads: [second] }], WAIT)).rejects.toThrow('sent in order');
  });
});

describe('disorder', () => {
  test('takes of several answers the one that is furthest, and ends only when all is acknowledged', async () => {
    const { till, platform } = await openTestTill();
    for (let n = 1; n <= 6; n++) await sell(till);
    // One of three copies is answered as if it had been overtaken long ago.
    const upload = platform.upload;
    let copies = 0;
    platform.upload = async (sent) => {
      const answer = await upload(sent);
      return ++copies % 3 === 2 ? { ...answer, through: { seq: 0, hash: '0'.repeat(64) } } : answer;
    };
    const limits = { entries: 100, bytes: 1_000_000 };
    const { uploads } = await sendDisorderly(till, { duplicate: true, limits });
    expect((await till.sync.status()).unsent.entries).toBe(0);
    expect(uploads).toBe(4);
    expect(platform.uploads.at(-1)?.body).toHaveLength(0); // nothing was sent once more
    // Where uploads go missing on the way the till’s own way of sending finds them.
    platform.upload = upload;
    for (let n = 1; n <= 3; n++) await sell(till);
    await till.context.store.run('UPDATE chain SET acknowledged = 8');
    platform.tables = { ...platform.tables, lines: [], segments: [], waiting: [], nextNumber: 1, epoch: 2 };
    await sendDisorderly(till, { limits });
    expect(platform.lines).toEqual(await linesOf(till));
  });
});
