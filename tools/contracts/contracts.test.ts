import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { misunderstandings } from './differences.ts';
import { currentShapes, RELEASED_FILE, type Shape, type Shapes } from './shapes.ts';

const open = { a: z.string().max(10), b: z.number().optional(), c: z.array(z.object({ d: z.enum(['x', 'y']) })) };
const between = (before: z.ZodType, now: z.ZodType): string[] => {
  const shape = (schema: z.ZodType): Shape => z.toJSONSchema(schema, { io: 'input' });
  return misunderstandings({ it: shape(before) }, { it: shape(now) });
};

test('what the last release says to this version, and this version to it, is understood', () => {
  const released = JSON.parse(readFileSync(RELEASED_FILE, 'utf8')) as Shapes;
  const now = currentShapes();
  expect(Object.keys(released).length).toBeGreaterThan(40);
  expect(misunderstandings(released, now)).toEqual([]);
  // One that is new is written down with the release that brings it: `node tools/contracts/write-released.ts`.
  expect(Object.keys(now)).toEqual(expect.arrayContaining(Object.keys(released)));
});

describe('both sides live with', () => {
  test('no change', () => expect(between(z.object(open), z.object(open))).toEqual([]));
  test('a property that may be absent', () =>
    expect(between(z.object(open), z.object({ ...open, e: z.string().optional() }))).toEqual([]));
  test('the same deep within', () => {
    const deep = z.array(z.object({ d: z.enum(['x', 'y']), e: z.number().optional() }));
    expect(between(z.object(open), z.object({ ...open, c: deep }))).toEqual([]);
  });
});

describe('one side does not understand', () => {
  const { a, c, ...others } = open;
  test.each<[string, z.ZodType, z.ZodType, string]>([
    ['a property that is gone', z.object(open), z.object({ a, c }), 'it.b is gone'],
    ['one that must be there', z.object(open), z.object({ ...open, e: z.string() }), 'it.e is new and must be there'],
    [
      'one that need not be there any more',
      z.object(open),
      z.object({ ...open, a: a.optional() }),
      'it.a may be absent now',
    ],
    ['one that must be there now', z.object(open), z.object({ ...open, b: z.number() }), 'it.b must be there now'],
    [
      'a new one where what is not known is refused',
      z.strictObject(open),
      z.strictObject({ ...open, e: z.string().optional() }),
      'it.e is new, and the version before refuses what it does not know',
    ],
    ['another type', z.object(open), z.object({ ...open, a: z.number() }), 'it.a.type is another'],
    ['another bound', z.object(open), z.object({ ...open, a: z.string().max(11) }), 'it.a.maxLength is another'],
    [
      'one value more',
      z.object(open),
      z.object({ ...open, c: z.array(z.object({ d: z.enum(['x', 'y', 'z']) })) }),
      'it.c.items.d.enum is another',
    ],
    ['stricter reading', z.object(open), z.strictObject(open), 'it treats what it does not know otherwise'],
    ['one alternative more', z.union([a, c]), z.union([a, c, z.boolean()]), 'it.anyOf is another'],
  ])('%s', (_, before, now, difference) => {
    expect(between(before, now)).toContain(difference);
    expect(Object.keys(others)).toEqual(['b']);
  });

  test('a shape that is gone', () => {
    expect(misunderstandings({ it: {} }, {})).toEqual(['it is gone']);
  });
});
