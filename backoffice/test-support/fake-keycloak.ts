/**
 * Stands in for Keycloak in component tests: the authorization endpoint signs the person in at once, the token endpoint
 * checks the code and its PKCE verifier. The end-to-end test uses the real one.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PERSON } from './chain.ts';

const BASE = '/auth/realms/nexus/protocol/openid-connect';
const LIFETIME_S = 300;

interface Authorization {
  readonly challenge: string;
  readonly nonce: string;
  readonly scope: string;
}

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let body = '';
  for await (const part of request) body += String(part);
  return new URLSearchParams(body);
};

export class FakeKeycloak {
  /** Scopes that were asked for, in order. */
  readonly scopes: string[] = [];
  readonly #codes = new Map<string, Authorization>();
  readonly #sessions = new Map<string, Authorization>();
  #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** True where the request was Keycloak's. */
  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    if (!url.pathname.startsWith('/auth/')) return false;
    if (url.pathname === `${BASE}/auth`) this.#authorize(response, url);
    else if (url.pathname === `${BASE}/token`) this.#token(response, await read(request));
    else if (url.pathname === `${BASE}/logout`) response.writeHead(302, { location: '/signed-out' }).end();
    else response.writeHead(404).end();
    return true;
  }

  #authorize(response: ServerResponse, url: URL): void {
    const asked = (name: string) => url.searchParams.get(name) ?? '';
    if (asked('client_id') !== 'nexus-backoffice' || asked('code_challenge_method') !== 'S256') {
      response.writeHead(400).end('wrong client or no PKCE');
      return;
    }
    const code = randomUUID();
    this.scopes.push(asked('scope'));
    this.#codes.set(code, { challenge: asked('code_challenge'), nonce: asked('nonce'), scope: asked('scope') });
    const back = new URLSearchParams({ state: asked('state'), session_state: 'session', code });
    response.writeHead(302, { location: `${asked('redirect_uri')}#${back.toString()}` }).end();
  }

  #token(response: ServerResponse, form: URLSearchParams): void {
    const granted =
      form.get('grant_type') === 'refresh_token'
        ? this.#sessions.get(form.get('refresh_token') ?? '')
        : this.#redeem(form.get('code') ?? '', form.get('code_verifier') ?? '');
    if (granted === undefined) {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_grant' }));
      return;
    }
    const refreshToken = `${b64({ alg: 'none' })}.${b64({ jti: randomUUID(), exp: this.#exp() })}.`;
    this.#sessions.set(refreshToken, granted);
    const token = (extra: object) =>
      `${b64({ alg: 'none' })}.${b64({ ...PERSON, ...extra, nonce: granted.nonce, iat: this.#exp() - LIFETIME_S, exp: this.#exp() })}.`;
    const answer = {
      access_token: token({ scope: granted.scope }),
      id_token: token({}),
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: LIFETIME_S,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #redeem(code: string, verifier: string): Authorization | undefined {
    const granted = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    return granted?.challenge === challenge ? granted : undefined;
  }

  #exp = (): number => Math.floor(this.#clock() / 1000) + LIFETIME_S;
}

/** Scope of a Keycloak token that the fake gave. */
export const scopeOf = (bearer: string | undefined): string => {
  const [, payload = ''] = (bearer ?? '').replace(/^Bearer /, '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}') as { scope?: string };
  return claims.scope ?? '';
};
