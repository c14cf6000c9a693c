import Keycloak, { type KeycloakError } from 'keycloak-js';
import { localError } from '../api/api-error.ts';

const REALM = 'nexus';
const CLIENT = 'nexus-backoffice';
/** A Keycloak token is refreshed when less than this is left of it, so that identity still accepts it. */
const MIN_VALIDITY_S = 20;

/** Sign-in at Keycloak: authorization code with PKCE, tokens in memory only. */
export interface SignIn {
  /** Comes back from Keycloak, or goes there: in that case it never answers, since the page is left. */
  start(scope: string | undefined): Promise<void>;
  /** A fresh Keycloak token; `BO-1005` where the session has ended. */
  token(): Promise<string>;
  /** Leaves for Keycloak and comes back to this page with a token of that scope. */
  again(scope: string | undefined): Promise<void>;
  signOut(): Promise<void>;
  /** The person as Keycloak names them. */
  person(): { readonly name: string; readonly email: string | null };
}

export const createSignIn = (): SignIn => {
  const keycloak = new Keycloak({ url: `${location.origin}/auth`, realm: REALM, clientId: CLIENT });
  const claim = (name: string): string | null => {
    const value: unknown = keycloak.idTokenParsed?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };

  return {
    async start(scope) {
      await keycloak
        .init({
          onLoad: 'login-required',
          pkceMethod: 'S256',
          // The iframe asks a third-party cookie whether the session lives; refreshing the token tells us anyway.
          checkLoginIframe: false,
          ...(scope === undefined ? {} : { scope }),
        })
        .catch((cause: unknown) => {
          throw isRefusal(cause)
            ? localError('BO-1006', { cause, detail: cause.error_description ?? cause.error })
            : localError('BO-1001', { cause });
        });
    },
    async token() {
      await keycloak.updateToken(MIN_VALIDITY_S).catch((cause: unknown) => {
        // Keycloak clears its token where it refused the refresh, and keeps it where it could not be asked.
        throw localError(keycloak.refreshToken === undefined ? 'BO-1005' : 'BO-1001', { cause });
      });
      if (keycloak.token === undefined) throw localError('BO-1005');
      return keycloak.token;
    },
    again: (scope) => keycloak.login({ redirectUri: location.href, ...(scope === undefined ? {} : { scope }) }),
    signOut: () => keycloak.logout({ redirectUri: location.origin }),
    person: () => ({ name: claim('name') ?? claim('preferred_username') ?? '', email: claim('email') }),
  };
};

/** Keycloak sent the person back with an error, e.g. because the scope names a chain that is not theirs. */
const isRefusal = (cause: unknown): cause is Partial<KeycloakError> & { error: string } =>
  typeof cause === 'object' && cause !== null && 'error' in cause && typeof cause.error === 'string';
