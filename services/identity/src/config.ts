import { count, flag, secret, standardConfig } from '@nexus/service-kit';
import { z } from 'zod';

/** Keycloak as identity uses it; also what the command that makes a platform operator needs. */
export const keycloakConfig = z.object({
  /** Keycloak's address with its path, as this process reaches it, e.g. `http://127.0.0.1:8080/auth`. */
  keycloakUrl: z.url(),
  keycloakRealm: z.string().min(1).default('nexus'),
  /** Confidential client with a service account that may manage users and organizations. */
  keycloakClientId: z.string().min(1).default('nexus-identity'),
  keycloakClientSecret: secret,
  keycloakTimeoutMs: count(100, 60_000).default(10_000),
});
export type KeycloakConfig = z.output<typeof keycloakConfig>;

/** What `bootstrap-operator.ts` needs. */
export const operatorConfig = keycloakConfig.extend({
  operatorUsername: z.string().min(3).max(200).default('operator'),
  operatorEmail: z.email().default('operator@nexus-platform.invalid'),
  operatorPassword: secret.optional(),
});

/** What `rotate-token-keys.ts` needs. */
export const keyFileConfig = z.object({
  /** File with the keys that sign access tokens; made (mode 0600) where there is none. */
  tokenKeyFile: z.string().min(1),
});

/** What every service has, and what identity alone needs. */
export const config = standardConfig.extend({
  ...keycloakConfig.shape,
  /** The `iss` of Keycloak's tokens: its public address of the realm. */
  keycloakIssuer: z.url(),
  /** Id of the organization of platform operators; recognised by its alias where it is not set. */
  platformOrganizationId: z.string().optional(),
  ...keyFileConfig.shape,
  /**
   * Password that new people get, for a laptop alone. Without it a new person proves the e-mail address and chooses a
   * password.
   */
  initialPassword: secret.optional(),
  /** Send new people an e-mail with a link for that; the realm needs a mail server. */
  inviteByEmail: flag.default(false),
  /** Cell that new tenants live in. */
  cell: z.string().min(1).max(48).default('main'),
  enrolmentCodeMinutes: count(1, 10_080).default(60),
  signUpsPerMinute: count(1, 100_000).default(60),
  terminalRequestsPerMinute: count(1, 1_000_000).default(6_000),
});
export type IdentityConfig = z.output<typeof config>;

/** The one place where this service reads the environment. */
export const environment = process.env;
