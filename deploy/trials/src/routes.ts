import { SERVICES, type ServiceName } from '@nexus/contracts';
import { z } from 'zod';

type JsonSchema = Readonly<Record<string, unknown>>;

/** A route of the running platform, as its own OpenAPI document tells: a new one is in every generated trial by itself. */
export interface PlatformRoute {
  readonly service: ServiceName;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly needsToken: boolean;
  readonly permissions: readonly string[];
  readonly streams: boolean;
  /** Parameters of path and query; `schema` says what they look like. */
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly body: { readonly type: string; readonly schema: JsonSchema } | undefined;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

const media = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() }));
const operation = z.object({
  security: z.array(z.unknown()).optional(),
  'x-nexus-permissions': z.array(z.string()).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  requestBody: z.object({ content: media }).optional(),
  responses: z.record(z.string(), z.object({ content: media.optional() })),
});
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())).optional() }),
});

/** Every route of every service. */
export async function platformRoutes(origin: string): Promise<PlatformRoute[]> {
  const all: PlatformRoute[] = [];
  for (const service of SERVICES) {
    const response = await fetch(`${origin}/api/${service}/openapi.json`);
    const { paths, components } = document.parse(await response.json());
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, op] of Object.entries(operations)) {
        const [content] = Object.entries(op.requestBody?.content ?? {});
        all.push({
          service,
          method: method.toUpperCase(),
          path,
          needsToken: op.security !== undefined,
          permissions: op['x-nexus-permissions'] ?? [],
          streams: Object.values(op.responses).some((answer) => answer.content?.['text/event-stream'] !== undefined),
          parameters: (op.parameters ?? []).map((p) => ({ ...p, required: p.required ?? false })),
          body: content === undefined ? undefined : { type: content[0], schema: content[1].schema ?? {} },
          schemas: components.schemas ?? {},
        });
      }
    }
  }
  return all;
}

/**
 * A value that fits a schema, with `id` wherever a UUID may stand: for requests that name what is another tenant's.
 * `named` says what properties of these names hold, where a schema alone does not tell; undefined leaves them out.
 */
export function valueFor(
  schema: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
  id: string,
  depth = 0,
  named: Readonly<Record<string, unknown>> = {},
): unknown {
  const within = (inner: JsonSchema): unknown => valueFor(inner, schemas, id, depth + 1, named);
  const ref = schema['$ref'];
  if (typeof ref === 'string') return within(schemas[ref.split('/').at(-1) ?? ''] ?? {});
  const choices = (schema['oneOf'] ?? schema['anyOf'] ?? schema['allOf']) as JsonSchema[] | undefined;
  if (choices?.[0] !== undefined)
    return within(choices.find((one) => JSON.stringify(one).includes(UUID_HINT)) ?? choices[0]);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (schema['default'] !== undefined) return schema['default'];
  if (depth > 12) return null;
  switch (schema['type']) {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
      const required = (schema['required'] ?? []) as string[];
      const wanted = Object.entries(properties).filter(
        ([name, one]) => required.includes(name) || JSON.stringify(one).includes(UUID_HINT),
      );
      return Object.fromEntries(wanted.map(([name, one]) => [name, name in named ? named[name] : within(one)]));
    }
    case 'array':
      return arrayFor(schema, within);
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    default:
      return textFor(schema, id);
  }
}

/** A tuple has every place of its own; a plain list gets one element. */
function arrayFor(schema: JsonSchema, within: (inner: JsonSchema) => unknown): unknown[] {
  const places = schema['prefixItems'];
  if (Array.isArray(places)) return (places as JsonSchema[]).map(within);
  return [within((schema['items'] ?? {}) as JsonSchema)];
}

/** Our UUIDs are a pattern; this part of it tells them from other patterns. */
const UUID_HINT = '[0-9a-f]{12}';

function textFor(schema: JsonSchema, id: string): string {
  const pattern = typeof schema['pattern'] === 'string' ? schema['pattern'] : '';
  if (pattern.includes(UUID_HINT) || schema['format'] === 'uuid') return id;
  if (schema['format'] === 'email') return 'somebody@trial.test';
  if (schema['format'] === 'date') return '2026-11-02';
  if (schema['format'] === 'date-time') return '2026-11-02T00:00:00Z';
  if (pattern.includes('{64}')) return 'a'.repeat(64);
  if (pattern.includes('[A-Z]{3}')) return 'GHS';
  if (pattern.includes('[A-Z]{2}')) return 'GH';
  return 'x'.repeat(Math.max(2, Number(schema['minLength'] ?? 2)));
}
