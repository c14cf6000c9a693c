/*
 * Standalone JSON schemas, one for each kind, out of the API's own description: `additionalProperties: false` wherever
 * the description lists properties, so that a misspelt field is an error and not, as on the API server, dropped.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Schema = Record<string, Json>;

/** `deployment-apps-v1.json` → schema: the name under which kubeconform looks for it. */
export type SchemaFiles = ReadonlyMap<string, object>;

interface Swagger {
  readonly definitions: Readonly<Record<string, Schema>>;
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

export function schemasOfSwagger(swagger: Swagger): SchemaFiles {
  const definitions = new Map<string, Schema>();
  for (const [name, schema] of Object.entries(swagger.definitions)) definitions.set(name, strict(schema) as Schema);
  if (definitions.has(QUANTITY)) definitions.set(QUANTITY, { oneOf: [{ type: 'string' }, { type: 'number' }] });
  const files = new Map<string, object>();
  for (const [name, described] of Object.entries(swagger.definitions)) {
    const kinds = described['x-kubernetes-group-version-kind'] as unknown as GroupVersionKind[] | undefined;
    const [kind] = kinds ?? [];
    if (kind === undefined || kinds?.length !== 1) continue;
    const used = referenced(name, definitions);
    files.set(fileName(kind), {
      ...root(definitions.get(name) ?? {}, kind),
      definitions: Object.fromEntries(used.map((other) => [other, definitions.get(other) ?? {}])),
    });
  }
  return files;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

export function schemasOfCrd({ spec }: CustomResourceDefinition): SchemaFiles {
  return new Map(
    spec.versions.map(({ name, schema }) => {
      const kind = { group: spec.group, version: name, kind: spec.names.kind };
      const own = strict(schema.openAPIV3Schema) as Schema;
      // A custom resource's description leaves these to the API server.
      const metadata = { type: 'object' };
      return [fileName(kind), root({ ...own, properties: { ...(own['properties'] as Schema), metadata } }, kind)];
    }),
  );
}

/** kubeconform's default: kind, first label of the group, version. */
function fileName({ group, version, kind }: GroupVersionKind): string {
  const prefix = group === '' ? '' : `${group.split('.')[0] ?? ''}-`;
  return `${kind.toLowerCase()}-${prefix}${version}.json`;
}

function root(schema: Schema, { group, version, kind }: GroupVersionKind): Schema {
  const properties = schema['properties'] as Schema;
  return {
    ...schema,
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: {
      ...properties,
      apiVersion: { type: 'string', enum: [group === '' ? version : `${group}/${version}`] },
      kind: { type: 'string', enum: [kind] },
    },
    required: [...new Set([...((schema['required'] as string[] | undefined) ?? []), 'apiVersion', 'kind'])],
  };
}

function strict(value: Json): Json {
  if (Array.isArray(value)) return value.map(strict);
  if (value === null || typeof value !== 'object') return value;
  if (value['format'] === 'int-or-string' || value['x-kubernetes-int-or-string'] === true) {
    return { oneOf: [{ type: 'string' }, { type: 'integer' }] };
  }
  const result: Schema = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('x-kubernetes')) continue;
    // Below `properties` the keys are names of fields, whatever they look like.
    result[key] = key === 'properties' ? mapValues(inner as Schema, strict) : strict(inner);
  }
  const open = value['x-kubernetes-preserve-unknown-fields'] === true || result['additionalProperties'] !== undefined;
  if (result['properties'] !== undefined && !open) result['additionalProperties'] = false;
  return result;
}

const mapValues = (object: Schema, change: (value: Json) => Json): Schema =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

function referenced(name: string, definitions: ReadonlyMap<string, Schema>): string[] {
  const found = new Set<string>();
  const visit = (value: Json): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (value === null || typeof value !== 'object') return;
    const other = typeof value['$ref'] === 'string' ? value['$ref'].split('/').pop() : undefined;
    if (other !== undefined && !found.has(other)) {
      found.add(other);
      visit(definitions.get(other) ?? {});
    }
    Object.values(value).forEach(visit);
  };
  visit(definitions.get(name) ?? {});
  return [...found];
}
