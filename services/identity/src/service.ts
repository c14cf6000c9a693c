import { standardService } from '@nexus/service-kit';
import { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
import { createTokenSigner } from './access-token/token-signer.ts';
import { activities } from './activities.ts';
import { config } from './config.ts';
import type { IdentityDeps } from './deps.ts';
import { entities } from './entities.ts';
import { keycloakDirectoryFrom, keycloakTokenVerifierFrom } from './keycloak/from-config.ts';
import { startProvisioning } from './provisioning/start-provisioning.ts';
import { createSweeper } from './provisioning/sweeper.ts';
import { routes } from './routes.ts';
import { currentSecurityState, rpcHandlers } from './rpc-handlers.ts';
import { subscribers } from './subscribers.ts';

/** Identity: tenants, their structure and staff, terminals, access tokens. */
export const service = standardService({
  name: 'identity',
  config,
  tenantMigrations,
  sharedMigrations,
  entities,
  deps: ({ config: settings, db, temporal, logger }): IdentityDeps => ({
    db,
    logger,
    settings: {
      cell: settings.cell,
      platformOrganizationId: settings.platformOrganizationId,
      enrolmentCodeMinutes: settings.enrolmentCodeMinutes,
      signUpsPerMinute: settings.signUpsPerMinute,
      terminalRequestsPerMinute: settings.terminalRequestsPerMinute,
    },
    keycloak: keycloakDirectoryFrom(settings),
    verifyKeycloakToken: keycloakTokenVerifierFrom(settings),
    signer: createTokenSigner(settings.tokenKeyFile),
    startProvisioning: (input) => startProvisioning(temporal, input),
  }),
  routes,
  subscribers,
  rpcHandlers,
  activities,
  background: (deps) => [createSweeper(deps)],
  securityState: currentSecurityState,
});
