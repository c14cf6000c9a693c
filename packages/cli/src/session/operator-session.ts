import { operatorTokenAnswer, tokenAnswer, type OperatorTokenAnswer } from '@nexus/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { deadlineIn } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import { ApiClient, problemError } from './api-client.ts';
import { cachedToken } from './cached-token.ts';

/** The platform and who signs in to it. */
export interface OperatorAccess {
  readonly origin: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  /** Keycloak organization of the platform's operators. */
  readonly organization: string;
}

/** One tenant, seen by a platform operator. */
export interface TenantSession {
  readonly tenant: OperatorTokenAnswer['tenant'];
  readonly api: ApiClient;
}

const KEYCLOAK_CLIENT = 'nexus-cli';
/** How long Keycloak may be away, milliseconds. */
const PATIENCE_MS = 60_000;
const SIGN_IN_TRIES = 3;
const keycloakAnswer = z.object({ access_token: z.string(), expires_in: z.number() });

/**
 * Signed in as the platform operator: Keycloak's token, exchanged at identity for one of Nexus, and for work inside a
 * tenant once more for that tenant's. All are renewed as long as the command runs.
 */
export class OperatorSession {
  readonly api: ApiClient;
  readonly #access: OperatorAccess;
  readonly #identity: ApiClient;

  constructor(access: OperatorAccess) {
    this.#access = access;
    const keycloak = cachedToken(() => this.#signIn());
    this.#identity = new ApiClient({ origin: access.origin, token: keycloak });
    const platform = cachedToken(async () => {
      const call = { method: 'POST', path: '/api/identity/token', response: tokenAnswer, repeatable: true } as const;
      const { accessToken, expiresIn } = await this.#identity.call(call);
      return { token: accessToken, expiresIn };
    });
    this.api = new ApiClient({ origin: access.origin, token: platform });
  }

  /** Enters a tenant by its slug or id. */
  async enter(slug: string): Promise<TenantSession> {
    const first = await this.#tenantToken(slug);
    let unused: OperatorTokenAnswer | undefined = first;
    const token = cachedToken(async () => {
      const issued = unused ?? (await this.#tenantToken(slug));
      unused = undefined;
      return { token: issued.accessToken, expiresIn: issued.expiresIn };
    });
    return { tenant: first.tenant, api: new ApiClient({ origin: this.#access.origin, token }) };
  }

  #tenantToken(slug: string): Promise<OperatorTokenAnswer> {
    const path = `/api/identity/tenants/${encodeURIComponent(slug)}/operator-token`;
    return this.api.call({ method: 'POST', path, response: operatorTokenAnswer, repeatable: true });
  }

  async #signIn(): Promise<{ token: string; expiresIn: number }> {
    const { realm, username, password, organization } = this.#access;
    const path = `/auth/realms/${realm}/protocol/openid-connect/token`;
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: KEYCLOAK_CLIENT,
      scope: `openid organization:${organization}`,
      username,
      password,
    });
    let response = await this.#ask(path, form);
    // Keycloak refuses a person's second sign-in while it still notes the first (two commands in a row); with a wrong
    // password the few tries stay far below its lock-out.
    for (let attempt = 1; response.status === 400 && attempt < SIGN_IN_TRIES; attempt += 1) {
      await response.body?.cancel();
      await delay(400 * attempt);
      response = await this.#ask(path, form);
    }
    const text = await response.text();
    if (!response.ok) throw problemError({ method: 'POST', path }, response.status, text);
    const answer = keycloakAnswer.parse(JSON.parse(text));
    return { token: answer.access_token, expiresIn: answer.expires_in };
  }

  /** Asks Keycloak, again while it is away: a long command outlives its restart. */
  async #ask(path: string, form: URLSearchParams): Promise<Response> {
    const { origin } = this.#access;
    const deadline = deadlineIn(PATIENCE_MS);
    for (let attempt = 0; ; attempt += 1) {
      const init = { method: 'POST', body: form, signal: AbortSignal.timeout(30_000) };
      const outcome = await fetch(new URL(path, origin), init).catch((error: unknown) => {
        return new CliError(`${origin} does not answer; is the platform up? (nexus status)`, { cause: error });
      });
      const passing = outcome instanceof CliError || outcome.status >= 500;
      if (passing && deadline.left() > 0) {
        if (!(outcome instanceof CliError)) await outcome.body?.cancel();
        await delay(Math.min(200 * 2 ** attempt, 5_000));
      } else if (outcome instanceof CliError) {
        throw outcome;
      } else {
        return outcome;
      }
    }
  }
}
