import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as contracts from '@nexus/contracts';
import { auditEventLog, readEvents, rpcSubject, SERVICES, type RpcDefinition } from '@nexus/contracts';
import { connect } from '@nats-io/transport-node';
import { generateKeyPair, SignJWT } from 'jose';
import pg from 'pg';
import { z } from 'zod';
import type { TenantSession } from '@nexus/cli';
import { trialPlatform, type TrialPlatform } from './platform.ts';
import { platformRoutes, valueFor, type PlatformRoute } from './routes.ts';
import { openTills, sellAndSend } from './tills.ts';
import { withAdmin } from './database-copy.ts';

jest.setTimeout(600_000);

const UUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

let platform: TrialPlatform;
let origin: string;
let directory: string;
let a: TenantSession;
let b: TenantSession;
let routes: PlatformRoute[];
/** Ids that only B has: none may ever be in an answer to A. */
let secrets: Set<string>;
/** Of those, some of every list: what A asks for. */
let targets: string[];

beforeAll(async () => {
  platform = await trialPlatform();
  origin = platform.platform.origin;
  directory = await mkdtemp(join(tmpdir(), 'nexus-trial-'));
  routes = await platformRoutes(origin);
  a = await sellingChain('Isolation A');
  b = await sellingChain('Isolation B');
  const seenByA = await idsSeenBy(a);
  const seenByB = await idsSeenBy(b);
  const ofA = new Set([...seenByA.values()].flat());
  secrets = new Set([...seenByB.values()].flat().filter((id) => !ofA.has(id)));
  secrets.add(b.tenant.id);
  targets = [
    ...new Set(
      [...seenByB.values()].flatMap((ids) => ids.filter((id) => secrets.has(id)).slice(0, 2)).concat(b.tenant.id),
    ),
  ];
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A chain with structure, products, sales and stock, so that there is something of every kind to find. */
async function sellingChain(name: string): Promise<TenantSession> {
  const chain = await platform.chain(name, { country: 'GH', currency: 'GHS' });
  const tills = await openTills(platform, chain, directory);
  await sellAndSend(tills, 5);
  await tills.sendUntilAcknowledged();
  await platform.prove(chain);
  await tills.close();
  return chain;
}

const isList = (route: PlatformRoute): boolean =>
  route.method === 'GET' &&
  route.needsToken &&
  !route.streams &&
  !route.path.includes('{') &&
  route.parameters.every((p) => !p.required);

async function idsSeenBy(chain: TenantSession): Promise<Map<string, string[]>> {
  const seen = new Map<string, string[]>();
  for (const route of routes.filter(isList)) {
    const { status, text } = await ask(route, { token: await chain.api.bearer() });
    if (status === 200) seen.set(`${route.service} ${route.path}`, text.match(UUIDS) ?? []);
  }
  return seen;
}

interface Asked {
  readonly status: number;
  readonly text: string;
}

/** One request. Every path parameter, UUID in the query and UUID in the body is `id`; other tenants are named in vain. */
async function ask(route: PlatformRoute, options: { token?: string; id?: string; tenant?: string }): Promise<Asked> {
  const { token, id = '', tenant } = options;
  const path = route.path.replaceAll(/\{[^}]+\}/g, id);
  const url = new URL(`${origin}/api/${route.service}${path}`);
  for (const parameter of route.parameters) {
    if (parameter.in !== 'query' || (id === '' && !parameter.required)) continue;
    const isId = JSON.stringify(parameter.schema).includes('[0-9a-f]{12}');
    if (parameter.required || isId)
      url.searchParams.set(parameter.name, String(valueFor(parameter.schema, route.schemas, id)));
  }
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (tenant !== undefined)
    Object.assign(headers, { 'x-tenant-id': tenant, 'x-nexus-tenant': tenant, 'nexus-tenant': tenant });
  const body = bodyOf(route, id);
  if (body !== undefined && route.body !== undefined) headers['content-type'] = route.body.type;
  const response = await fetch(url, {
    method: route.method,
    headers,
    signal: AbortSignal.timeout(130_000),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

function bodyOf(route: PlatformRoute, id: string): string | undefined {
  if (route.body === undefined) return undefined;
  return route.body.type === 'application/json'
    ? JSON.stringify(valueFor(route.body.schema, route.schemas, id))
    : 'x\n';
}

const codeOf = (error: unknown): string => String((error as { code?: string }).code);
const name = (route: PlatformRoute): string => `${route.method} /api/${route.service}${route.path}`;
const leaks = (text: string, asked: string): string[] =>
  (text.match(UUIDS) ?? []).filter((id) => id !== asked && secrets.has(id));

describe('HTTP', () => {
  test('there is something to find', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(secrets.size).toBeGreaterThan(15);
    expect(targets.length).toBeGreaterThan(5);
  });

  test('every route that wants a token refuses none, an unsigned, a foreign, an expired and one for somebody else', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const claims = { sub: 'x', typ: 'person', ten: b.tenant.id, perms: [...contracts.PERMISSIONS], jti: 'x' };
    const good = await a.api.bearer();
    const sign = (audience: string, expires: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(contracts.TOKEN_ISSUER)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey);
    const [head, payload] = good.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload ?? ''}.`;
    const tokens = [
      undefined,
      'x',
      unsigned,
      `${head ?? ''}.${payload ?? ''}.${'A'.repeat(86)}`,
      await sign('nexus', '5m'),
      await sign('nexus', '-5m'),
      await sign('other', '5m'),
    ];
    const passed: string[] = [];
    // Its tokens are Keycloak's; identity's own suite proves that exchange.
    const ofKeycloak = (route: PlatformRoute): boolean =>
      route.service === 'identity' && /^\/(token|me\/organizations)$/.test(route.path);
    for (const route of routes.filter((one) => one.needsToken && !ofKeycloak(one))) {
      for (const token of tokens) {
        const { status } = await ask(route, { ...(token === undefined ? {} : { token }), id: targets[0] ?? '' });
        if (status !== 401) passed.push(`${name(route)} → ${status}`);
      }
    }
    expect(passed).toEqual([]);
  });

  test('no route with A’s token and B’s ids tells A anything of B', async () => {
    const wrong: string[] = [];
    const sent = routes.filter((route) => route.needsToken && !route.streams);
    for (const route of sent) {
      const byId = route.path.includes('{');
      for (const id of byId ? targets : targets.slice(0, 4)) {
        const { status, text } = await ask(route, { token: await a.api.bearer(), id, tenant: b.tenant.id });
        const found = leaks(text, id);
        if (found.length > 0) wrong.push(`${name(route)} told ${found[0] ?? ''}`);
        if (byId && status < 400) wrong.push(`${name(route)} answered ${status} to an id of another tenant`);
        if (status >= 500) wrong.push(`${name(route)} failed with ${status}: ${text.slice(0, 200)}`);
      }
    }
    expect([...new Set(wrong)]).toEqual([]);
  });

  test('and nothing of B is another afterwards', async () => {
    const now = new Set([...(await idsSeenBy(b)).values()].flat());
    expect([...secrets].filter((id) => id !== b.tenant.id && !now.has(id))).toEqual([]);
    const proof = await platform.prove(b);
    expect(proof.holds).toBe(true);
    expect(proof.totals).toMatchObject({ sales: 15 });
  });

  test('routes above tenants are not for tenants', async () => {
    const above = routes.filter(
      (route) => route.permissions.length === 1 && route.permissions[0] === 'platform:operate',
    );
    expect(above.length).toBeGreaterThan(0);
    for (const route of above) {
      const { status } = await ask(route, { token: await a.api.bearer(), id: b.tenant.id });
      expect([name(route), status]).toEqual([name(route), 403]);
    }
  });
});

describe('messages', () => {
  const isRpc = (value: unknown): value is RpcDefinition =>
    typeof value === 'object' && value !== null && 'request' in value && 'reply' in value && 'scope' in value;
  const questions = [
    ...(Object.values(contracts) as unknown[]).filter(isRpc),
    ...SERVICES.flatMap((service) => [readEvents(service), auditEventLog(service)]),
  ].filter(({ scope }) => scope === 'tenant');

  test('no question in A’s subject with B’s ids is answered with anything of B', async () => {
    const { username, password, host } = new URL(platform.engines.nats.url);
    const connection = await connect({ servers: host, user: username, pass: password });
    const wrong: string[] = [];
    try {
      for (const question of questions) {
        for (const id of targets) {
          const schema = z.toJSONSchema(question.request) as Record<string, unknown>;
          const request = JSON.stringify(valueFor(schema, {}, id));
          const reply = await connection.request(rpcSubject(question.service, a.tenant.id, question.name), request, {
            timeout: 60_000,
          });
          const found = leaks(reply.string(), id);
          if (found.length > 0) wrong.push(`${question.service}.${question.name} told ${found[0] ?? ''}`);
        }
      }
    } finally {
      await connection.close();
    }
    expect(questions.length).toBeGreaterThan(10);
    expect([...new Set(wrong)]).toEqual([]);
  });
});

describe('databases', () => {
  test('a service login without a tenant’s role reads no table, takes no foreign role and enters no foreign database', async () => {
    const wrong: string[] = [];
    for (const service of SERVICES) {
      const url = new URL(platform.platform.services[service]?.databaseUrl ?? '');
      const admin = new URL(platform.engines.postgres.superuserUrl);
      admin.pathname = url.pathname;
      const tables = await withAdmin(admin.href, async (sql) => {
        const result = (await sql(
          `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'nexus' OR schemaname LIKE 't\\_%'`,
        )) as { rows: { name: string }[] };
        return result.rows.map((row) => row.name);
      });
      expect(tables.length).toBeGreaterThan(5);
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      const refused = async (text: string): Promise<void> => {
        const code = await client.query(text).then(
          () => 'done',
          (error: unknown) => codeOf(error),
        );
        if (code !== '42501') wrong.push(`${service}: ${text} → ${code}`);
      };
      for (const table of tables) await refused(`SELECT 1 FROM ${table} LIMIT 1`);
      for (const other of SERVICES.filter((one) => one !== service)) {
        await refused(`SET ROLE ${other}_shared`);
        await refused(`SET ROLE t_${a.tenant.id.replaceAll('-', '')}_${other}`);
      }
      await client.end();
      for (const other of SERVICES.filter((one) => one !== service)) {
        const foreign = new URL(url);
        foreign.pathname = new URL(platform.platform.services[other]?.databaseUrl ?? '').pathname;
        const stranger = new pg.Client({ connectionString: foreign.href });
        const code = await stranger.connect().then(
          () => 'connected',
          (error: unknown) => codeOf(error),
        );
        await stranger.end().catch(() => undefined);
        if (code !== '42501') wrong.push(`${service} in the database of ${other} → ${code}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
