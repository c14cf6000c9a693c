import type { IdentityConfig, KeycloakConfig } from '../config.ts';
import { createKeycloakTokenVerifier, type KeycloakTokenVerifier } from '../access-token/keycloak-token.ts';
import { createRemoteKeySet } from '../access-token/remote-key-set.ts';
import { createKeycloakDirectory } from './create-keycloak-directory.ts';
import type { KeycloakDirectory } from './keycloak-directory.ts';

/** Audience that a Keycloak token must have to be exchanged here. */
const KEYCLOAK_AUDIENCE = 'nexus-identity';
/** Keys are asked for again after this, … */
const KEYS_FRESH_MS = 10 * 60_000;
/** … and go on being used for this long while Keycloak is away. */
const KEYS_USABLE_MS = 24 * 3_600_000;
const KEYS_COOLDOWN_MS = 10_000;

export const keycloakDirectoryFrom = (
  config: KeycloakConfig & Partial<Pick<IdentityConfig, 'initialPassword' | 'inviteByEmail'>>,
): KeycloakDirectory =>
  createKeycloakDirectory({
    url: config.keycloakUrl,
    realm: config.keycloakRealm,
    clientId: config.keycloakClientId,
    clientSecret: config.keycloakClientSecret.expose(),
    timeoutMs: config.keycloakTimeoutMs,
    initialPassword: config.initialPassword?.expose(),
    inviteByEmail: config.inviteByEmail ?? false,
  });

export const keycloakTokenVerifierFrom = (config: IdentityConfig): KeycloakTokenVerifier =>
  createKeycloakTokenVerifier({
    keys: createRemoteKeySet({
      url: `${config.keycloakUrl}/realms/${config.keycloakRealm}/protocol/openid-connect/certs`,
      timeoutMs: config.keycloakTimeoutMs,
      freshMs: KEYS_FRESH_MS,
      usableMs: KEYS_USABLE_MS,
      cooldownMs: KEYS_COOLDOWN_MS,
    }),
    issuers: [config.keycloakIssuer],
    audience: KEYCLOAK_AUDIENCE,
  });
