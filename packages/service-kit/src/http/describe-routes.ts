import { z } from 'zod';
import { isTenantRoute, needsToken, permissionsOf, type Access } from '../access/access.ts';
import { isSpecial } from './answer.ts';
import { isRawBody } from './body.ts';
import { exampleOf, jsonSchemaOf, type JsonSchema } from './example.ts';
import type { Method, Route } from './route.ts';

export interface RouteParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
  /** A value that the schema accepts, as it stands in an address. */
  readonly example: string;
}

/** A route as a generated suite needs it: what it is, who may use it, and what to fill in. */
export interface RouteDescription {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /** Every token without tenant is refused, and every answer is of the token's tenant. */
  readonly tenantRoute: boolean;
  readonly needsToken: boolean;
  readonly permissions: readonly string[];
  readonly parameters: readonly RouteParameter[];
  readonly body:
    | { readonly kind: 'json'; readonly schema: JsonSchema; readonly example: unknown; readonly maxBytes: number }
    | { readonly kind: 'raw'; readonly contentTypes: readonly string[]; readonly maxBytes: number }
    | undefined;
  readonly answer: 'json' | 'ndjson' | 'sse' | 'raw' | 'empty';
  readonly status: number;
}

/** The table of routes for whoever generates something from it: the isolation suite, a client, a page. */
export const describeRoutes = (routes: readonly Route[]): RouteDescription[] => routes.map(describe);

const describe = (route: Route): RouteDescription => ({
  method: route.method,
  path: route.path,
  summary: route.summary,
  access: route.access,
  tenantRoute: isTenantRoute(route.access),
  needsToken: needsToken(route.access),
  permissions: permissionsOf(route.access),
  parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
  body: bodyOf(route),
  answer: isSpecial(route.response) ? route.response.kind : 'json',
  status: route.status,
});

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): RouteParameter[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(schema);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
    example: String(exampleOf(property)),
  }));
}

function bodyOf({ body, bodyBytes }: Route): RouteDescription['body'] {
  if (body === undefined) return undefined;
  if (isRawBody(body)) return { kind: 'raw', contentTypes: body.contentTypes, maxBytes: body.maxBytes };
  const schema = jsonSchemaOf(body);
  return { kind: 'json', schema, example: exampleOf(schema), maxBytes: bodyBytes };
}
