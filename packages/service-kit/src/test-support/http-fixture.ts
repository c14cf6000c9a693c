import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@nexus/contracts';
import { createLogger } from '@nexus/telemetry';
import type { Express } from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Set-up shared by this package's own tests. */

export const quiet = createLogger({ service: 'test', level: 'silent' });

export const TENANT_A = '01890000-0000-7000-8000-00000000000a';
export const TENANT_B = '01890000-0000-7000-8000-00000000000b';
export const PERSON = '01890000-0000-7000-8000-0000000000aa';

export interface Signer {
  readonly jwk: Record<string, unknown>;
  /** A good token of tenant A with these claims changed; `undefined` takes one out. */
  sign(changes?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function createSigner(kid: string, now: () => number = Date.now): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return {
    jwk,
    sign: (changes = {}, header = {}) => {
      const seconds = Math.floor(now() / 1000);
      const claims: Record<string, unknown> = {
        iss: TOKEN_ISSUER,
        aud: TOKEN_AUDIENCE,
        iat: seconds,
        exp: seconds + 300,
        jti: 'token-1',
        sub: PERSON,
        typ: 'person',
        ten: TENANT_A,
        perms: ['chain:read'],
        ...changes,
      };
      for (const [key, value] of Object.entries(claims)) if (value === undefined) Reflect.deleteProperty(claims, key);
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey);
    },
  };
}

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(app: Express): Promise<Listening> {
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
