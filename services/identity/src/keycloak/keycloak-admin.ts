import KeycloakAdminClient, { NetworkError } from '@keycloak/keycloak-admin-client';
import { NexusError } from '@nexus/contracts';

export interface KeycloakAdminOptions {
  /** Address of Keycloak as this service reaches it, with its path prefix, e.g. `http://127.0.0.1:8080/auth`. */
  readonly url: string;
  readonly realm: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Bound on each call. */
  readonly timeoutMs: number;
}

/** A token this close to its end is not used any more. */
const MARGIN_MS = 10_000;

/** Runs calls of the admin API, signed in by client credentials; one sign-in serves all calls until it runs out. */
export class KeycloakAdmin {
  readonly #client: KeycloakAdminClient;
  readonly #options: KeycloakAdminOptions;
  #token: { readonly value: string; readonly until: number } | undefined;
  #signingIn: Promise<string> | undefined;

  constructor(options: KeycloakAdminOptions) {
    this.#options = options;
    this.#client = new KeycloakAdminClient({
      baseUrl: options.url,
      realmName: options.realm,
      timeout: options.timeoutMs,
    });
    this.#client.registerTokenProvider({ getAccessToken: () => this.#accessToken() });
  }

  /** Runs calls; whatever Keycloak does not do for want of itself becomes NX-3001, the rest stays a NetworkError. */
  async run<T>(calls: (client: KeycloakAdminClient) => Promise<T>): Promise<T> {
    try {
      return await calls(this.#client);
    } catch (error) {
      if (statusOf(error) === 401) this.#token = undefined; // keys changed or the realm was made anew: sign in again
      throw isUnavailable(error) ? new NexusError('NX-3001', 'Keycloak is not available', { cause: error }) : error;
    }
  }

  async #accessToken(): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#token.until) return this.#token.value;
    this.#signingIn ??= this.#signIn().finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn;
  }

  async #signIn(): Promise<string> {
    const { clientId, clientSecret } = this.#options;
    await this.#client.auth({ grantType: 'client_credentials', clientId, clientSecret });
    const value = this.#client.accessToken;
    if (value === undefined) throw new Error('Keycloak answered a sign-in without a token');
    const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
    this.#token = { value, until: claims.exp * 1000 - MARGIN_MS };
    return value;
  }
}

/** HTTP status that Keycloak answered with; undefined when it did not answer. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof NetworkError ? error.response.status : undefined;

/** Turns an expected answer (not there, there already) into a value; anything else is thrown on. */
export async function orWhen<T, D>(status: number, call: Promise<T>, otherwise: D): Promise<T | D> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === status) return otherwise;
    throw error;
  }
}

/** No answer at all (refused, timed out), an answer that says later, or our sign-in not accepted at the moment. */
function isUnavailable(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 429 || status === 401;
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
}
