import { zstdCompressSync } from 'node:zlib';
import { MAX_EVENT_BYTES } from '@nexus/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DamagedEventError,
  openEvent,
  readEventMessage,
  writeEventMessage,
  type StoredEvent,
} from './event-message.ts';
import { factsBytes, readFacts, storedFacts } from './facts.ts';
import { jsonBytes } from './json-bytes.ts';

const envelope: StoredEvent['envelope'] = {
  id: '01890000-0000-7000-8000-000000000001',
  tenant: '01890000-0000-7000-8000-000000000002',
  service: 'sales',
  kind: 'thing-happened',
  version: 1,
  epoch: 1,
  position: 1,
  at: '2026-03-02T10:00:00.000Z',
};
const small = { text: 'Ein Stück „Käse“ 🧀\n\u2028', list: [1, 'two', { three: [null] }] };
const large = { list: Array.from({ length: 2_000 }, (_, n) => ({ n, description: `Kente cloth ${n} — ₵` })) };

describe('facts', () => {
  test('are the bytes that JSON.stringify would give, whatever they hold', () => {
    const odd = fc.constantFrom(undefined, Number.NaN, () => 1, new Date(0));
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }), odd);
    const field = fc.oneof(value, fc.array(value, { maxLength: 20 }));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), field), (facts) => {
        expect(jsonBytes(facts).toString()).toBe(Buffer.from(JSON.stringify(facts)).toString());
      }),
      { numRuns: 500 },
    );
    expect(jsonBytes(large).toString()).toBe(JSON.stringify(large));
    expect(jsonBytes([1, 2]).toString()).toBe('[1,2]');
    expect(jsonBytes({ list: [1], toJSON: () => 7 }).toString()).toBe('7');
    expect(jsonBytes(new Date(0)).toString()).toBe('"1970-01-01T00:00:00.000Z"');
    const long = { list: ['x'.repeat(200_000), 'ü'.repeat(200_000)] };
    expect(jsonBytes(long).toString()).toBe(JSON.stringify(long));
  });

  test('that are few stay text that a person can read; many are packed', () => {
    expect(storedFacts(small)).toMatchObject({ text: JSON.stringify(small), packed: null });
    const stored = storedFacts(large);
    expect(stored).toMatchObject({ text: null, size: Buffer.byteLength(JSON.stringify(large)) });
    expect(stored.packed?.length).toBeLessThan(stored.size / 4);
  });

  test.each([
    ['few', small],
    ['many', large],
  ])('that are %s come back as they went', (_, data) => {
    const facts = storedFacts(data);
    expect(readFacts(factsBytes(facts))).toEqual(data);
    expect(openEvent({ envelope, facts })).toEqual({ ...envelope, data });
    expect(readEventMessage(writeEventMessage({ envelope, facts }))).toEqual({ ...envelope, data });
  });
});

const line = Buffer.from(`${JSON.stringify(envelope)}\n`);

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no envelope', Buffer.from('{"n":1}')],
  ['an envelope that is no JSON', Buffer.from('{"n":\n{}')],
])('a message that is %s is no event', (_, bytes) => {
  expect(() => readEventMessage(bytes)).toThrow(SyntaxError);
});

test.each([
  ['none', line],
  ['no JSON', Buffer.concat([line, Buffer.from('{"n":')])],
  ['packed in looks only', Buffer.concat([line, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2])])],
  ['cut off', Buffer.concat([line, zstdCompressSync(Buffer.from(JSON.stringify(large))).subarray(0, 200)])],
  [
    'more than an event may hold, packed small',
    Buffer.concat([line, zstdCompressSync(Buffer.from(JSON.stringify('x'.repeat(MAX_EVENT_BYTES))))]),
  ],
])('data that is %s is told as damage where it is read', (_, bytes) => {
  const event = readEventMessage(bytes);
  expect(event.id).toBe(envelope.id);
  expect(() => event.data).toThrow(DamagedEventError);
});
