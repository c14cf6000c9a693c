import { createTestDatabases, type TestDatabases } from '@nexus/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { bigintArray, booleanArray, intArray, textArray, uuidArray } from './pg-array.ts';

let databases: TestDatabases;
let client: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  client = new pg.Client({ connectionString: databases.provisionerUrl('sales') });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await databases?.drop();
});

/** What PostgreSQL read, as texts. */
async function read(type: string, bytes: Buffer): Promise<(string | null)[]> {
  const { rows } = await client.query<{ v: (string | null)[] }>(`SELECT $1::${type}[]::text[] AS v`, [bytes]);
  return rows[0]?.v ?? [];
}
const asText = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : String(value)));

describe('arrays in binary form are what PostgreSQL reads', () => {
  const nullable = <T>(of: fc.Arbitrary<T>) => fc.array(fc.option(of), { maxLength: 40 });

  test('uuid', async () => {
    await fc.assert(
      fc.asyncProperty(nullable(fc.uuid()), async (values) => {
        expect(await read('uuid', uuidArray(values))).toEqual(values);
      }),
      { numRuns: 50 },
    );
    const one = '019F0000-0000-7000-8000-0000000000AB';
    expect(await read('uuid', uuidArray([one, one, null, one]))).toEqual(
      [one, one, null, one].map((v) => v?.toLowerCase() ?? null),
    );
  });

  test('bigint', async () => {
    const values = [
      0,
      -1,
      1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      -(2 ** 32),
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    expect(await read('bigint', bigintArray(values))).toEqual(asText(values));
    await fc.assert(
      fc.asyncProperty(nullable(fc.maxSafeInteger()), async (numbers) => {
        expect(await read('bigint', bigintArray(numbers))).toEqual(asText(numbers));
      }),
      { numRuns: 50 },
    );
  });

  test('int', async () => {
    const values = [0, -1, 2 ** 31 - 1, -(2 ** 31), null];
    expect(await read('int', intArray(values))).toEqual(asText(values));
  });

  test('boolean', async () => {
    expect(await read('boolean', booleanArray([true, null, false]))).toEqual(['true', null, 'false']);
  });

  test('text, whatever it holds', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 }).filter((value) => !value.includes('\0'));
    await fc.assert(
      fc.asyncProperty(nullable(text), async (values) => {
        expect(await read('text', textArray(values))).toEqual(values);
      }),
      { numRuns: 100 },
    );
    const odd = ['', 'NULL', 'null', '{}', '"', '\\', ',', 'ü'.repeat(100), '🧾', 'a'.repeat(5_000)];
    expect(await read('text', textArray(odd))).toEqual(odd);
  });
});

test('what is not of the type is refused before it is sent', () => {
  for (const wrong of ['', 'x', '019f0000-0000-7000-8000-00000000000g', '019f000000007000800000000000000000000'])
    expect(() => uuidArray([wrong])).toThrow(TypeError);
  for (const wrong of [0.5, NaN, Infinity, 2 ** 53]) expect(() => bigintArray([wrong])).toThrow(TypeError);
  for (const wrong of [0.5, NaN, 2 ** 31]) expect(() => intArray([wrong])).toThrow(TypeError);
});
