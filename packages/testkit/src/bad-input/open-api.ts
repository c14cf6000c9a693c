import { z } from 'zod';

/** As much of JSON Schema as bad input is made from. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

export interface ApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly example: string;
}

/** A route as the service's own OpenAPI document tells of it, so that a new one cannot be forgotten. */
export interface ApiRoute {
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly parameters: readonly ApiParameter[];
  readonly body: { readonly type: string; readonly schema: JsonSchema; readonly example: unknown } | undefined;
}

const schema = z.record(z.string(), z.unknown());
const operation = z.object({
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        schema: schema.and(z.object({ examples: z.array(z.string()).optional() })),
      }),
    )
    .default([]),
  requestBody: z
    .object({
      content: z.record(z.string(), z.object({ schema: schema.default({}), example: z.unknown().optional() })),
    })
    .optional(),
});
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema).default({}) }),
});

/** Every route of a service that listens at `url`, references to shared schemas put in place. */
export async function readRoutes(url: string): Promise<ApiRoute[]> {
  const { paths, components } = document.parse(await (await fetch(`${url}/openapi.json`)).json());
  const resolve = (one: unknown): JsonSchema => resolved(one, components.schemas);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters, requestBody }]): ApiRoute => {
      const [content] = Object.entries(requestBody?.content ?? {});
      return {
        method: method.toUpperCase(),
        path,
        parameters: parameters.map((one) => ({
          ...one,
          schema: resolve(one.schema),
          example: one.schema.examples?.[0] ?? 'x',
        })),
        body:
          content === undefined
            ? undefined
            : { type: content[0], schema: resolve(content[1].schema), example: content[1].example },
      };
    }),
  );
}

const MAX_DEPTH = 12;

/** The same schema without references; one that contains itself is cut off. */
function resolved(one: unknown, shared: Readonly<Record<string, unknown>>, depth = 0): JsonSchema {
  if (typeof one !== 'object' || one === null || depth > MAX_DEPTH) return {};
  if ('$ref' in one && typeof one.$ref === 'string')
    return resolved(shared[one.$ref.split('/').at(-1) ?? ''], shared, depth + 1);
  const put = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(put);
    return typeof value === 'object' && value !== null ? resolved(value, shared, depth + 1) : value;
  };
  return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, put(value)]));
}
