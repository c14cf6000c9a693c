import { problem } from '@nexus/contracts';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { needsToken, permissionsOf } from '../access/access.ts';
import { isSpecial, mediaTypeOf } from './answer.ts';
import { isRawBody } from './body.ts';
import { exampleOf, jsonSchemaOf } from './example.ts';
import { PROBLEM_TYPE } from './problem.ts';
import type { Route } from './route.ts';

const problemSchema = problem.meta({ id: 'Problem', description: 'RFC 9457 problem details with a stable code' });

/** OpenAPI 3.1 of a service, from the schemas that check its requests. */
export function openApiDocument(service: string, routes: readonly Route[], version = '0.1.0'): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z]\w*)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: `Nexus ${service}`, version },
    servers: [{ url: `/api/${service}` }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

function operation(route: Route): ZodOpenApiOperationObject {
  const permissions = permissionsOf(route.access);
  const content = requestContent(route);
  return {
    summary: route.summary,
    operationId: operationId(route),
    ...(needsToken(route.access) ? { security: [{ token: [] }] } : {}),
    ...(permissions.length === 0 ? {} : { 'x-nexus-permissions': [...permissions] }),
    requestParams: {
      ...(route.params instanceof z.ZodObject ? { path: withExamples(route.params) } : {}),
      ...(route.query instanceof z.ZodObject ? { query: withExamples(route.query) } : {}),
    },
    ...(content === undefined ? {} : { requestBody: { required: true, content } }),
    responses: {
      [String(route.status) as '200']: success(route),
      default: { description: 'Problem', content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    },
  };
}

/** The same parameters, each with a value that it accepts. */
const withExamples = (parameters: z.ZodObject): z.ZodObject =>
  z.object(
    Object.fromEntries(
      Object.entries(parameters.shape).map(([name, schema]) => {
        const one = schema as z.ZodType;
        return [name, one.meta({ ...one.meta(), examples: [String(exampleOf(jsonSchemaOf(one)))] })];
      }),
    ),
  );

function requestContent(route: Route) {
  if (route.body === undefined) return undefined;
  if (!isRawBody(route.body))
    return { 'application/json': { schema: route.body, example: exampleOf(jsonSchemaOf(route.body)) } };
  return Object.fromEntries(route.body.contentTypes.map((type) => [type, { schema: { type: 'string' as const } }]));
}

function success(route: Route) {
  const { response } = route;
  const mediaType = mediaTypeOf(response);
  if (mediaType === undefined) return { description: 'Done' };
  if (!isSpecial(response)) return { description: 'Answer', content: { [mediaType]: { schema: response } } };
  if (response.kind === 'ndjson')
    return { description: 'One row a line', content: { [mediaType]: { schema: response.row } } };
  if (response.kind === 'sse') return { description: 'Events', content: { [mediaType]: { schema: response.data } } };
  return { description: 'Bytes', content: { [mediaType]: { schema: { type: 'string' as const } } } };
}

/** `GET /products/:product` → `getProductsByProduct`. */
const operationId = (route: Route): string =>
  route.method +
  route.path
    .split('/')
    .filter((part) => part !== '')
    .map((part) =>
      part.startsWith(':')
        ? `By${capital(part.slice(1))}`
        : part
            .split(/[^A-Za-z0-9]+/)
            .map(capital)
            .join(''),
    )
    .join('');

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
