import type { JsonSchema } from './open-api.ts';

/** One place in a body: where it is and what may stand there. */
export interface Place {
  /** Keys from the body down; `0` is the first element of an array. */
  readonly path: readonly string[];
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly nullable: boolean;
  /** False below a choice: what is wrong there may be told of the choice as a whole. */
  readonly exact: boolean;
}

const MAX_DEPTH = 6;

/** Every place of a body, the body itself left out. */
export function placesOf(schema: JsonSchema): Place[] {
  return walk(schema, [], true, 0);
}

function walk(schema: JsonSchema, path: readonly string[], exact: boolean, depth: number): Place[] {
  if (depth > MAX_DEPTH) return [];
  const { choices } = alternatives(schema);
  if (choices.length > 1) return choices.flatMap((one) => walk(one, path, false, depth));
  const [one = schema] = choices;
  const found: Place[] = [];
  const step = (key: string, inner: JsonSchema, required: boolean): void => {
    const { nullable } = alternatives(inner);
    const at = [...path, key];
    found.push({ path: at, schema: inner, required, nullable, exact }, ...walk(inner, at, exact, depth + 1));
  };
  for (const [key, inner] of Object.entries(one.properties ?? {}))
    step(key, inner, one.required?.includes(key) ?? false);
  const others = one.additionalProperties;
  if (typeof others === 'object' && others !== null) step('others', others, false);
  if (one.items !== undefined) step('0', one.items, false);
  return found;
}

/** What a schema lets stand there besides null. */
export function alternatives(schema: JsonSchema): { choices: readonly JsonSchema[]; nullable: boolean } {
  const all = schema.anyOf ?? schema.oneOf ?? [schema];
  const types = Array.isArray(schema.type) ? (schema.type as string[]) : [];
  const choices = all.filter(({ type }) => type !== 'null');
  return { choices, nullable: choices.length < all.length || types.includes('null') };
}

/** A copy with `value` at a place; parents that are missing or of another kind are made. */
export function withValueAt(body: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key === '0') return [withValueAt(Array.isArray(body) ? (body[0] as unknown) : undefined, rest, value)];
  const object = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  const inner = (object as Record<string, unknown>)[key];
  return { ...object, [key]: withValueAt(inner, rest, value) };
}

/** A copy without what stands at a place. */
export function withoutPlace(body: unknown, path: readonly string[]): unknown {
  const GONE = undefined;
  return withValueAt(body, path, GONE);
}

/** What is unbounded in a schema: texts without end, arrays without end. */
export function unbounded(places: readonly Place[]): string[] {
  return places.flatMap(({ path, schema }) =>
    alternatives(schema).choices.flatMap((one) => {
      const where = path.join('.');
      if (one.type === 'string' && !hasEnd(one)) return [`${where}: a text without end`];
      if (one.type === 'array' && one.maxItems === undefined && one.prefixItems === undefined)
        return [`${where}: an array without end`];
      if (isRecord(one) && (one.propertyNames === undefined || !hasEnd(one.propertyNames)))
        return [`${where}: names without end`];
      return [];
    }),
  );
}

/** Takes properties of any name. */
export const isRecord = ({ additionalProperties }: JsonSchema): boolean =>
  additionalProperties === true || typeof additionalProperties === 'object';

/** A pattern without `*`, `+` or an open `{n,}` ends by itself. */
const hasEnd = ({ maxLength, pattern, format, enum: values, const: fixed }: JsonSchema): boolean =>
  maxLength !== undefined ||
  values !== undefined ||
  fixed !== undefined ||
  (format !== undefined && format !== 'email' && format !== 'uri') ||
  (pattern !== undefined && !/[*+]|\{\d+,\}/.test(pattern));
