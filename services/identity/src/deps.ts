import type { ProvisionTenantInput } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import type { KeycloakTokenVerifier } from './access-token/keycloak-token.ts';
import type { TokenSigner } from './access-token/token-signer.ts';
import type { KeycloakDirectory } from './keycloak/keycloak-directory.ts';
import type { WakeUp } from './wake-up.ts';

/** What the use cases of identity work with; made in service.ts, and by tests. */
export interface IdentityDeps {
  readonly db: TenancyDb;
  readonly keycloak: KeycloakDirectory;
  readonly verifyKeycloakToken: KeycloakTokenVerifier;
  readonly signer: TokenSigner;
  /** Rung when a tenant was reserved. */
  readonly reserved: WakeUp;
  /** Starts `provisionTenant`, or finds it running. May fail: the sweeper tries again. */
  readonly startProvisioning: (input: ProvisionTenantInput) => Promise<void>;
  readonly logger: Logger;
  readonly settings: IdentitySettings;
}

export interface IdentitySettings {
  /** Cell that new tenants live in. */
  readonly cell: string;
  /** Organization whose members operate the platform; by its alias where the id is not configured. */
  readonly platformOrganizationId: string | undefined;
  readonly enrolmentCodeMinutes: number;
  /** Sign-ups that one client address may make in a minute. */
  readonly signUpsPerMinute: number;
  /** Enrolments, and nonces and tokens of terminals, that one client address may ask for in a minute. */
  readonly terminalRequestsPerMinute: number;
}
