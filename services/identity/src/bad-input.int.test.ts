import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { standardService } from '@nexus/service-kit';
import { createLogger } from '@nexus/telemetry';
import { badInputSuite, getEngines } from '@nexus/testkit';
import { spec } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexus-identity-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { keycloak } = getEngines();

badInputSuite(
  'identity',
  (state) => standardService({ ...spec, securityState: () => state }),
  createLogger({ service: 'identity', level: 'silent' }),
  {
    keycloakUrl: keycloak.url,
    keycloakRealm: keycloak.realm,
    keycloakIssuer: keycloak.issuer,
    keycloakClientId: keycloak.identityClientId,
    keycloakClientSecret: keycloak.identityClientSecret,
    platformOrganizationId: keycloak.operator.organizationId,
    tokenKeyFile: join(folder, 'token-keys.json'),
  },
);
