import { z } from 'zod';

/** As much of JSON Schema as our schemas turn into. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly pattern?: string;
}

export const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;

/** Texts of the shapes that contracts use, to be tried where a schema asks for a pattern. */
const TEXTS = [
  '01890000-0000-7000-8000-000000000001',
  '0'.repeat(64),
  'GHS',
  'GH',
  'kente-stores',
  '2026-01-31',
  '2026-01-31T12:00:00Z',
  '01-01',
  '1',
];

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'ama@example.com',
  uri: 'https://example.com',
  uuid: '01890000-0000-7000-8000-000000000001',
};

/** Some value of a schema: the shortest that has what is required. Rules that JSON Schema cannot say may still refuse it. */
export function exampleOf(schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (choice !== undefined) return exampleOf(choice);
  switch (schema.type) {
    case 'object':
      return exampleObject(schema);
    case 'array':
      return exampleArray(schema);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1, 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return exampleText(schema);
    default:
      return '1'; // anything goes, and in an address a number is a text
  }
}

const exampleObject = ({ properties = {}, required = [] }: JsonSchema): Record<string, unknown> =>
  Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})]));

function exampleArray({ prefixItems, items = {}, minItems = 0 }: JsonSchema): unknown[] {
  if (prefixItems !== undefined) return prefixItems.map(exampleOf);
  return Array.from({ length: minItems }, () => exampleOf(items));
}

function exampleText({ format, pattern, minLength = 0 }: JsonSchema): string {
  const shaped = format === undefined ? undefined : FORMATS[format];
  const candidates = [...(shaped === undefined ? [] : [shaped]), ...TEXTS, 'x'.repeat(Math.max(minLength, 1))];
  const fits = (text: string): boolean =>
    text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text));
  if (pattern === undefined) return shaped ?? 'x'.repeat(Math.max(minLength, 1));
  return candidates.find(fits) ?? 'x'.repeat(Math.max(minLength, 1));
}
