import type { ErrorCode } from '@nexus/contracts';
import { alternatives, isRecord, placesOf, withoutPlace, withValueAt, type Place } from './places.ts';
import type { ApiParameter, ApiRoute } from './open-api.ts';

/** A request that must be refused, and how. */
export interface BadRequest {
  readonly name: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** One of these; any refusal where there are none. */
  readonly codes: readonly ErrorCode[];
  /** Where the answer must say that the mistake is: `body.lines.0`. */
  readonly at?: string;
}

const JSON_TYPE = 'application/json';
const INVALID: readonly ErrorCode[] = ['NX-1001'];
/** Far more than any text may have, and still little enough for a header block or a body. */
const LONG = 'x'.repeat(6_000);
/** Put where JSON text needs a number that no JavaScript number holds. */
const HUGE = '"@huge@"';

/** Everything wrong that can be made from a route's own description. */
export const badRequests = (route: ApiRoute): BadRequest[] => [
  ...badPaths(route),
  ...badQueries(route),
  ...(route.body === undefined ? unwantedBodies(route) : badBodies(route, route.body)),
];

/** The route's address with these in place of what it needs. */
function address(route: ApiRoute, path: Readonly<Record<string, string>> = {}, query: string[] = []): string {
  const filled = route.path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
    const parameter = route.parameters.find((one) => one.in === 'path' && one.name === name);
    return path[name] ?? encodeURIComponent(parameter?.example ?? 'x');
  });
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

const queryOf = (route: ApiRoute): ApiParameter[] => route.parameters.filter((one) => one.in === 'query');
const pair = ({ name, example }: ApiParameter): string => `${encodeURIComponent(name)}=${encodeURIComponent(example)}`;
const required = (route: ApiRoute): string[] =>
  queryOf(route)
    .filter((one) => one.required)
    .map(pair);
const plain = (route: ApiRoute): string => address(route, {}, required(route));

function badPaths(route: ApiRoute): BadRequest[] {
  const wrong = {
    NUL: '%00',
    'half a percent': '%E0%A4%A',
    'a long text': LONG,
    'a way up': '..%2f..%2fetc',
    blank: '%20',
  };
  const body = route.body === undefined ? {} : { body: '{}', headers: { 'content-type': route.body.type } };
  return route.parameters
    .filter((one) => one.in === 'path')
    .flatMap(({ name }) =>
      Object.entries(wrong).map(([what, value]) => ({
        name: `path ${name}: ${what}`,
        path: address(route, { [name]: value }, required(route)),
        codes: [...INVALID, 'NX-1002' as const],
        ...body,
      })),
    );
}

function badQueries(route: ApiRoute): BadRequest[] {
  // A route that takes a body is asked with none: what is wrong with the query is said first.
  const ask = (name: string, query: string[]): BadRequest => ({
    name: `query ${name}`,
    path: address(route, {}, query),
    codes: INVALID,
  });
  const known = queryOf(route);
  const others = (but: ApiParameter): string[] => known.filter((one) => one.required && one !== but).map(pair);
  return [
    ...['undeclared=1', '__proto__=1', 'constructor=1', '__proto__[x]=1'].map((query) =>
      ask(`with ${query}`, [...required(route), query]),
    ),
    ...known.flatMap((one) => [
      ask(`${one.name} twice`, [...others(one), pair(one), pair(one)]),
      ask(`${one.name} with NUL`, [...others(one), `${one.name}=%00`]),
      ask(`${one.name} far too long`, [...others(one), `${one.name}=${LONG}`]),
      ...(one.required ? [ask(`without ${one.name}`, others(one))] : []),
      ...badNumbers(one).map((value) => ask(`${one.name}=${value}`, [...others(one), `${one.name}=${value}`])),
    ]),
  ];
}

function badNumbers({ schema }: ApiParameter): string[] {
  const [one] = alternatives(schema).choices;
  if (one?.type !== 'integer' && one?.type !== 'number') return [];
  const over = one.maximum === undefined ? [] : [String(one.maximum + 1)];
  return ['x', '', '1e999', 'NaN', '0x', '-1'.repeat(9), ...over];
}

/** A field on a route that takes none is an unknown field like any other. */
function unwantedBodies(route: ApiRoute): BadRequest[] {
  if (route.method === 'GET') return [];
  const body = JSON.stringify({ tenantId: '01890000-0000-7000-8000-000000000001' });
  return [
    {
      name: 'a body where none belongs',
      path: plain(route),
      headers: { 'content-type': JSON_TYPE },
      body,
      codes: INVALID,
    },
  ];
}

function badBodies(route: ApiRoute, body: NonNullable<ApiRoute['body']>): BadRequest[] {
  const path = plain(route);
  const foreign = ['text/html', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'].map(
    (type): BadRequest => ({
      name: `as ${type}`,
      path,
      headers: { 'content-type': type },
      body: 'x',
      codes: ['NX-1004'],
    }),
  );
  if (body.type !== JSON_TYPE) return foreign;
  const send = (name: string, text: string | Uint8Array, codes: readonly ErrorCode[], at?: string): BadRequest => ({
    name: `body ${name}`,
    path,
    headers: { 'content-type': JSON_TYPE },
    body: text,
    codes,
    ...(at === undefined ? {} : { at }),
  });
  const malformed = ['{', 'nul', '{"a":1,}', "{'a':1}", '[1', 'x', '\ufeff'].map((text) =>
    send(`that is no JSON: ${text}`, text, ['NX-1008']),
  );
  return [
    ...foreign,
    ...malformed,
    send('that is no UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), ['NX-1008']),
    send('that is empty', '', INVALID),
    ...['null', '1', '"x"', '[]', 'true'].map((text) => send(`of another shape: ${text}`, text, INVALID)),
    send('nested without end', '['.repeat(60_000) + ']'.repeat(60_000), INVALID),
    send('nested without end, with an escape', `${'['.repeat(30_000)}"\\u0000"${']'.repeat(30_000)}`, [
      ...INVALID,
      'NX-1008',
    ]),
    send('nested in an unknown field', `{"extra":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, INVALID),
    send('far over its limit', ' '.repeat(9_000_000), ['NX-1003']),
    ...['tenantId', 'tenant', 'extra', '__proto__', 'constructor', ''].map((key) =>
      send(`with an unknown field ${key}`, withUnknown(body.example, key), INVALID, 'body'),
    ),
    ...placesOf(body.schema).flatMap((place) => badPlaces(place, body.example, send)),
  ];
}

/** As text, because `__proto__` in an object literal is something else. */
function withUnknown(example: unknown, key: string): string {
  const text = JSON.stringify(example ?? {});
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(key)}:{"x":1}}`;
}

type Send = (name: string, text: string, codes: readonly ErrorCode[], at?: string) => BadRequest;

function badPlaces(place: Place, example: unknown, send: Send): BadRequest[] {
  const { path, required: needed, nullable, exact, schema } = place;
  const where = path.join('.');
  const at = exact ? `body.${where}` : undefined;
  const put = (name: string, value: unknown): BadRequest => {
    const text = JSON.stringify(withValueAt(example, path, value)).replace(HUGE, '1e999');
    return send(`${where} ${name}`, text, INVALID, at);
  };
  const { choices } = alternatives(schema);
  if (choices.some(({ type, const: fixed, enum: values }) => type === undefined && fixed === undefined && !values))
    return [];
  const types = new Set(choices.flatMap(({ type }) => type ?? []));
  const numeric = types.has('number') || types.has('integer');
  const over = Math.max(...choices.map((one) => one.maxLength ?? 0));
  return [
    ...(needed ? [send(`without ${where}`, JSON.stringify(withoutPlace(example, path)), INVALID, at)] : []),
    ...(nullable ? [] : [put('null', null)]),
    ...(types.has('object') ? [] : [put('an object', { __proto: 1 })]),
    ...(types.has('array') ? [] : [put('an array', [1])]),
    ...(types.has('boolean') ? [] : [put('a truth', true)]),
    ...(numeric ? [put('too large to be a number', '@huge@')] : [put('a number', 7)]),
    ...(types.has('string')
      ? [
          put('with NUL', 'a\0b'),
          put('with half a character', '\ud800'),
          ...(over > 0 ? [put('too long', 'x'.repeat(over + 1))] : []),
        ]
      : [put('a text', 'x')]),
    ...(types.has('object') && exact && !choices.some(isRecord)
      ? [
          send(
            `${where} with a tenant inside`,
            JSON.stringify(withValueAt(example, [...path, 'tenantId'], 'x')),
            INVALID,
          ),
        ]
      : []),
  ];
}
