import { describe, expect, test } from '@jest/globals';
import {
  accessTokenClaims,
  branchFacts,
  exceptionListQuery,
  pageQuery,
  productFacts,
  takeEntries,
  uploadHeader,
} from '@nexus/contracts';
import { routes } from '../test-support/sample-app.ts';
import { describeRoutes } from './describe-routes.ts';
import { exampleOf, jsonSchemaOf } from './example.ts';

describe('describeRoutes', () => {
  test('says for each route who may use it and what to fill in', () => {
    const things = describeRoutes(routes).find((route) => route.path === '/things/:thing' && route.method === 'get');
    expect(things).toMatchObject({
      tenantRoute: true,
      needsToken: true,
      permissions: ['chain:read'],
      answer: 'json',
      status: 200,
      body: undefined,
      parameters: [
        { name: 'thing', in: 'path', required: true, example: '01890000-0000-7000-8000-000000000001' },
        { name: 'limit', in: 'query', required: false, example: '50' },
        { name: 'tag', in: 'query', required: false },
      ],
    });
  });

  test('tells tenants’ routes from others, bodies and answers by kind', () => {
    const table = describeRoutes(routes).map(({ path, method, tenantRoute, body, answer }) => ({
      name: `${method} ${path}`,
      tenantRoute,
      body: body?.kind,
      answer,
    }));
    expect(table).toContainEqual({ name: 'post /things', tenantRoute: true, body: 'json', answer: 'json' });
    expect(table).toContainEqual({ name: 'post /upload', tenantRoute: false, body: 'raw', answer: 'json' });
    expect(table).toContainEqual({ name: 'get /platform', tenantRoute: false, body: undefined, answer: 'json' });
    expect(table).toContainEqual({ name: 'get /live', tenantRoute: true, body: undefined, answer: 'sse' });
  });
});

describe('an example', () => {
  const schemas = { accessTokenClaims, branchFacts, exceptionListQuery, pageQuery, productFacts, uploadHeader };
  test.each([...Object.entries(schemas), ['takeEntries', takeEntries.request] as const])(
    'of %s is accepted by it',
    (name, schema) => {
      const example = exampleOf(jsonSchemaOf(schema));
      // A rule that JSON Schema cannot say: the zone must be one the runtime knows.
      const value = name === 'branchFacts' ? { ...(example as object), zone: 'Africa/Accra' } : example;
      expect(schema.safeParse(value)).toMatchObject({ success: true });
    },
  );
});
