import { NexusError } from '@nexus/contracts';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** What identity takes from a Keycloak access token. */
export interface KeycloakIdentity {
  readonly subject: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** Organizations that the token names, by id; those without an id (no mapper) are left out. */
  readonly organizations: readonly { readonly alias: string; readonly id: string }[];
  /** How many organizations the token names in all. */
  readonly named: number;
}

export interface KeycloakTokenOptions {
  readonly keys: JWTVerifyGetKey;
  /** Accepted issuers: Keycloak's public address of the realm. */
  readonly issuers: readonly string[];
  readonly audience: string;
}
export type KeycloakTokenVerifier = (authorization: string | undefined) => Promise<KeycloakIdentity>;

const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;
/** Largest token looked at, characters. */
const MAX_TOKEN_LENGTH = 16_384;
const SKEW_SECONDS = 5;
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** Without ids (`["alias"]`) or with them (`{alias: {id}}`), as the realm's mapper is set. */
const organizationClaim = z.union([
  z.record(z.string(), z.looseObject({ id: z.string().optional() })),
  z.array(z.string()),
]);

/**
 * Verifies the Keycloak token of an `authorization` header: NX-2001 where there is none, NX-2002 where it is unsigned,
 * foreign, expired, not for us, or not an access token.
 */
export function createKeycloakTokenVerifier(options: KeycloakTokenOptions): KeycloakTokenVerifier {
  return async (authorization) => {
    if (authorization === undefined) throw new NexusError('NX-2001');
    const token = authorization.length > MAX_TOKEN_LENGTH ? undefined : BEARER.exec(authorization)?.[1];
    if (token === undefined) throw new NexusError('NX-2002');
    return identityOf(await verified(token, options));
  };
}

async function verified(token: string, { keys, issuers, audience }: KeycloakTokenOptions): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: [...issuers],
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new NexusError('NX-2002', undefined, { cause: error });
    throw error;
  }
}

function identityOf(payload: JWTPayload): KeycloakIdentity {
  // An ID token or a logout token is signed by the same keys, and is not meant to be presented here.
  if (payload['typ'] !== 'Bearer' || payload.sub === undefined) throw new NexusError('NX-2002');
  const claim = organizationClaim.safeParse(payload['organization'] ?? []);
  if (!claim.success) throw new NexusError('NX-2002');
  const named = Array.isArray(claim.data)
    ? claim.data.map((alias) => ({ alias, id: undefined }))
    : Object.entries(claim.data).map(([alias, { id }]) => ({ alias, id }));
  return {
    subject: payload.sub,
    name: textClaim(payload['name']),
    email: textClaim(payload['email']),
    organizations: named.flatMap(({ alias, id }) => (id === undefined ? [] : [{ alias, id }])),
    named: named.length,
  };
}

const textClaim = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The one organization of the token, by its id. NX-2004 where it names none, several, or one without an id. */
export function singleOrganization(identity: KeycloakIdentity): { readonly alias: string; readonly id: string } {
  const [only] = identity.organizations;
  if (only === undefined || identity.named !== 1) throw new NexusError('NX-2004');
  return only;
}
