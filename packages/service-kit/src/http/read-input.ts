import type { Request } from 'express';
import { z } from 'zod';
import { invalid } from './problem.ts';
import { keysOf, type Route } from './route.ts';
import { assertText } from './text.ts';

/** Names under which somebody might try to say whose data he wants. The token says it; in a query they are ignored. */
const TENANT_NAMES = ['tenant', 'tenantid', 'ten', 'tenantslug', 'xtenantid'];

/** A route that declares no query takes none: what is not known is refused, wherever it stands. */
const NO_QUERY = z.strictObject({});

export function readParams(route: Route, request: Request): unknown {
  if (route.params === undefined) return undefined;
  const given = { ...request.params };
  assertText('path', given);
  const parsed = route.params.safeParse(given);
  if (!parsed.success) throw invalid('path', parsed.error);
  return parsed.data;
}

export function readQuery(route: Route, request: Request): unknown {
  const given = withoutTenant({ ...request.query }, keysOf(route.query) ?? []);
  assertText('query', given);
  const parsed = (route.query ?? NO_QUERY).safeParse(given);
  if (!parsed.success) throw invalid('query', parsed.error);
  return route.query === undefined ? undefined : parsed.data;
}

function withoutTenant(query: Record<string, unknown>, declared: readonly string[]): Record<string, unknown> {
  const kept = Object.entries(query).filter(
    ([key]) => declared.includes(key) || !TENANT_NAMES.includes(key.toLowerCase().replace(/[^a-z]/g, '')),
  );
  return Object.fromEntries(kept);
}
