import type { AddressInfo } from 'node:net';
import { NexusError, type AccessTokenClaims, type Permission } from '@nexus/contracts';
import { auditRoutes, createApp } from '@nexus/service-kit';
import type { SyncDeps } from '../deps.ts';
import { routes } from '../routes.ts';
import { rpcHandlers } from '../rpc-handlers.ts';

export interface TestApp {
  readonly url: string;
  /** A token of somebody with these permissions; without `tenant` one that stands above tenants. */
  readonly token: (claims: {
    tenant?: string;
    permissions: readonly Permission[];
    branches?: string[];
    subject?: string;
  }) => string;
  readonly get: (path: string, token?: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (path: string, token: string, body: unknown) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** The service's HTTP side on a free port. Tokens are made up by the suite; the kit's own tests verify real ones. */
export async function startTestApp(deps: SyncDeps): Promise<TestApp> {
  const issued = new Map<string, AccessTokenClaims>();
  const app = createApp({
    service: 'sync',
    routes: [...routes(deps), ...auditRoutes(rpcHandlers(deps))],
    logger: deps.logger,
    verifier: {
      verify: (token) => {
        const claims = issued.get(token);
        return claims === undefined ? Promise.reject(new NexusError('NX-2002')) : Promise.resolve(claims);
      },
      stillValid: () => true,
    },
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bearer = (token?: string) => (token === undefined ? {} : { authorization: `Bearer ${token}` });
  return {
    url,
    token: ({ tenant, permissions, branches, subject = 'somebody' }) => {
      const token = `token-${issued.size}`;
      const now = Math.floor(Date.now() / 1000);
      issued.set(token, {
        iss: 'nexus-identity',
        aud: 'nexus',
        iat: now,
        exp: now + 300,
        jti: token,
        sub: subject,
        typ: 'person',
        perms: [...permissions],
        ...(tenant === undefined ? {} : { ten: tenant }),
        ...(branches === undefined ? {} : { branches }),
      });
      return token;
    },
    get: (path, token, headers = {}) => fetch(url + path, { headers: { ...bearer(token), ...headers } }),
    post: (path, token, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
