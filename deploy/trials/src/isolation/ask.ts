import { valueFor, type PlatformRoute } from '../routes.ts';

export interface Asked {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MS = 130_000;

/** One request. Every path parameter, UUID in the query and UUID in the body is `id`; other tenants are named in vain. */
export async function ask(
  origin: string,
  route: PlatformRoute,
  options: { readonly token?: string; readonly id?: string; readonly tenant?: string },
): Promise<Asked> {
  const { token, id = '', tenant } = options;
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (tenant !== undefined)
    Object.assign(headers, { 'x-tenant-id': tenant, 'x-nexus-tenant': tenant, 'nexus-tenant': tenant });
  const body = bodyOf(route, id);
  if (body !== undefined && route.body !== undefined) headers['content-type'] = route.body.type;
  const response = await fetch(addressOf(origin, route, id), {
    method: route.method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

function addressOf(origin: string, route: PlatformRoute, id: string): URL {
  const path = route.path.replaceAll(/\{[^}]+\}/g, id);
  const url = new URL(`${origin}/api/${route.service}${path}`);
  for (const parameter of route.parameters) {
    if (parameter.in !== 'query' || (id === '' && !parameter.required)) continue;
    const isId = JSON.stringify(parameter.schema).includes('[0-9a-f]{12}');
    if (parameter.required || isId)
      url.searchParams.set(parameter.name, String(valueFor(parameter.schema, route.schemas, id)));
  }
  return url;
}

function bodyOf(route: PlatformRoute, id: string): string | undefined {
  if (route.body === undefined) return undefined;
  return route.body.type === 'application/json'
    ? JSON.stringify(valueFor(route.body.schema, route.schemas, id))
    : 'x\n';
}

export const nameOf = (route: PlatformRoute): string => `${route.method} /api/${route.service}${route.path}`;
