import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '@nexus/contracts';
import { badRequests } from './bad-requests.ts';
import { faultOf } from './judge.ts';
import type { ApiRoute, JsonSchema } from './open-api.ts';
import { placesOf, unbounded, withoutPlace, withValueAt } from './places.ts';

const body: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 10 },
    lines: {
      type: 'array',
      maxItems: 3,
      items: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false },
    },
    note: { anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] },
  },
  required: ['name'],
  additionalProperties: false,
};
const route: ApiRoute = {
  method: 'POST',
  path: '/things/{thing}',
  parameters: [
    { name: 'thing', in: 'path', required: true, schema: { type: 'string' }, example: 'a/b' },
    { name: 'limit', in: 'query', required: true, schema: { type: 'integer', maximum: 200 }, example: '50' },
  ],
  body: { type: 'application/json', schema: body, example: { name: 'bowl' } },
};
const problemOf = (changes: object = {}) =>
  JSON.stringify({
    ...{ type: 'urn:nexus:problem:NX-1001', title: 'x', status: 400, code: 'NX-1001' },
    errors: [{ path: 'body.name', message: 'x' }],
    ...changes,
  });
const TYPE = 'application/problem+json; charset=utf-8';

test.each(SERVICES)('%s runs the suite', (service) => {
  const suite = join(import.meta.dirname, '../../../../services', service, 'src/bad-input.int.test.ts');
  expect(readFileSync(suite, 'utf8')).toMatch(new RegExp(`badInputSuite\\(\\s*'${service}'`));
});

describe('what is wrong is made from the description', () => {
  const made = new Map(badRequests(route).map((bad) => [bad.name, bad]));
  const sent = (name: string): unknown => {
    const text = made.get(name)?.body;
    return typeof text === 'string' ? text : undefined;
  };

  test('of each field: gone, null, of other types, too long, no text', () => {
    expect(sent('body without name')).toBe('{}');
    expect(sent('body name null')).toBe('{"name":null}');
    expect(sent('body name a number')).toBe('{"name":7}');
    expect(sent('body name too long')).toBe('{"name":"xxxxxxxxxxx"}');
    expect(sent('body name with NUL')).toBe('{"name":"a\\u0000b"}');
    expect(made.get('body name a number')?.at).toBe('body.name');
  });

  test('deep in it as well', () => {
    expect(sent('body lines.0.n too large to be a number')).toBe('{"name":"bowl","lines":[{"n":1e999}]}');
    expect(sent('body lines.0 with a tenant inside')).toBe('{"name":"bowl","lines":[{"tenantId":"x"}]}');
  });

  test('but null where null may stand', () => {
    expect(made.has('body note null')).toBe(false);
    expect(made.has('body note a number')).toBe(true);
  });

  test('of the whole: unknown fields, prototypes, no JSON, no end', () => {
    expect(sent('body with an unknown field tenantId')).toBe('{"name":"bowl","tenantId":{"x":1}}');
    expect(sent('body with an unknown field __proto__')).toBe('{"name":"bowl","__proto__":{"x":1}}');
    expect([...made.keys()].filter((name) => name.includes('no JSON')).length).toBeGreaterThan(5);
    expect(made.has('body nested without end')).toBe(true);
  });

  test('of the address: twice, over the limit, unknown; the rest as it should be', () => {
    expect(made.get('query limit=201')?.path).toBe('/things/a%2Fb?limit=201');
    expect(made.get('query limit twice')?.path).toBe('/things/a%2Fb?limit=50&limit=50');
    expect(made.get('query without limit')?.path).toBe('/things/a%2Fb');
    expect(made.get('path thing: NUL')?.path).toBe('/things/%00?limit=50');
  });
});

describe('an answer is refused', () => {
  const judged = (status: number, text: string, type = TYPE, at?: string) =>
    faultOf(status, type, text, { codes: ['NX-1001'], ...(at === undefined ? {} : { at }) });

  test.each([
    ['that took it', 200, '{}', TYPE, /was taken/],
    ['that failed', 500, problemOf({ status: 500, code: 'NX-1000' }), TYPE, /failed/],
    ['in another form', 400, '<html>', 'text/html', /no problem\+json/],
    ['without a code', 400, problemOf({ code: undefined }), TYPE, /no problem of ours/],
    ['with a code nobody knows', 400, problemOf({ code: 'XX-1' }), TYPE, /do not know/],
    ['with the status of another code', 404, problemOf(), TYPE, /do not know/],
    ['with another code', 404, problemOf({ status: 404, code: 'NX-1002' }), TYPE, /is not NX-1001/],
    ['with a file of ours', 400, problemOf({ detail: 'at run (app.ts:12:3)' }), TYPE, /tells of the inside/],
    ['with a statement', 400, problemOf({ detail: 'SELECT 1 FROM x' }), TYPE, /tells of the inside/],
  ])('%s', (_name, status, text, type, fault) => {
    expect(judged(status, text, type)).toMatch(fault);
  });

  test('that does not say where', () => {
    expect(judged(400, problemOf(), TYPE, 'body.name')).toBeUndefined();
    expect(judged(400, problemOf(), TYPE, 'body.nam')).toMatch(/does not say/);
  });
});

describe('places', () => {
  test('are changed without a change to the rest', () => {
    const from = { a: [{ b: 1, c: 2 }] };
    expect(withValueAt(from, ['a', '0', 'b'], 5)).toEqual({ a: [{ b: 5, c: 2 }] });
    expect(JSON.stringify(withoutPlace(from, ['a', '0', 'b']))).toBe('{"a":[{"c":2}]}');
    expect(from).toEqual({ a: [{ b: 1, c: 2 }] });
  });

  test('without end are found', () => {
    const loose: JsonSchema = {
      properties: {
        text: { type: 'string' },
        pattern: { type: 'string', pattern: '^[a-z]+$' },
        list: { type: 'array', items: { type: 'string', maxLength: 1 } },
        names: { type: 'object', additionalProperties: { type: 'number' } },
        fine: { type: 'string', pattern: '^[0-9]{4}$' },
      },
    };
    expect(unbounded(placesOf(loose))).toEqual([
      'text: a text without end',
      'pattern: a text without end',
      'list: an array without end',
      'names: names without end',
    ]);
  });
});
