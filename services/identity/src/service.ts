import { standardService, type StandardService } from '@nexus/service-kit';
import { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
import { createTokenSigner } from './access-token/token-signer.ts';
import { activities } from './activities.ts';
import { config, type IdentityConfig } from './config.ts';
import type { IdentityDeps } from './deps.ts';
import { entities } from './entities.ts';
import { keycloakDirectoryFrom, keycloakTokenVerifierFrom } from './keycloak/from-config.ts';
import { startProvisioning } from './provisioning/start-provisioning.ts';
import { createSweeper } from './provisioning/sweeper.ts';
import { routes } from './routes.ts';
import { currentSecurityState, rpcHandlers } from './rpc-handlers.ts';
import { subscribers } from './subscribers.ts';
import { WakeUp } from './wake-up.ts';

/** What identity is made of; tests start it with parts of their own. */
export const spec: StandardService<IdentityConfig, IdentityDeps> = {
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
    reserved: new WakeUp(),
    startProvisioning: (input) => startProvisioning(temporal, input),
  }),
  routes,
  subscribers,
  rpcHandlers,
  activities,
  background: (deps) => [createSweeper(deps)],
  securityState: currentSecurityState,
};

/** Identity: tenants, their structure and staff, terminals, access tokens. */
export const service = standardService(spec);
