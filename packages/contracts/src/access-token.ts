import { z } from 'zod';
import { uuid } from './common.ts';
import { permission } from './permissions.ts';

/** Audience of every Nexus access token. */
export const TOKEN_AUDIENCE = 'nexus';
/** Issuer claim of every Nexus access token. */
export const TOKEN_ISSUER = 'nexus-identity';
/** Life of a Nexus access token, seconds. */
export const TOKEN_LIFETIME_SECONDS = 300;

/**
 * Claims of a Nexus access token (JWT, ES256, signed by identity). The only token services accept.
 * `ten` is absent only for a platform operator, who stands above tenants: routes for tenants refuse such a token.
 */
export const accessTokenClaims = z.object({
  iss: z.literal(TOKEN_ISSUER),
  aud: z.literal(TOKEN_AUDIENCE),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string(),
  /** Person (Keycloak user id) or terminal id. */
  sub: z.string(),
  typ: z.enum(['person', 'terminal', 'operator']),
  ten: uuid.optional(),
  slug: z.string().optional(),
  perms: z.array(permission),
  /** Branches the bearer may see; absent means every branch of the chain. */
  branches: z.array(uuid).optional(),
});
export type AccessTokenClaims = z.infer<typeof accessTokenClaims>;

/** Somebody whose later tokens are valid but whose earlier ones are not any more. */
export const revocation = z.object({
  tenant: uuid.nullable(),
  subject: z.string(),
  /** Tokens issued before this instant (epoch seconds) are refused. */
  notBefore: z.number().int(),
});
export type Revocation = z.infer<typeof revocation>;
