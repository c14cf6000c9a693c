/**
 * Makes a platform operator, or finds the one there is, and prints what was done as JSON:
 * `node services/identity/src/bootstrap-operator.ts`, with the variables of `operatorConfig` and `keycloakConfig`.
 */
import { readConfig } from '@nexus/service-kit';
import { environment, operatorConfig } from './config.ts';
import { KeycloakAdmin } from './keycloak/keycloak-admin.ts';
import { bootstrapOperator } from './operator/bootstrap-operator.ts';

const config = readConfig({ name: 'identity', config: operatorConfig }, environment);
const admin = new KeycloakAdmin({
  url: config.keycloakUrl,
  realm: config.keycloakRealm,
  clientId: config.keycloakClientId,
  clientSecret: config.keycloakClientSecret.expose(),
  timeoutMs: config.keycloakTimeoutMs,
});
const operator = await bootstrapOperator(admin, {
  username: config.operatorUsername,
  email: config.operatorEmail,
  password: config.operatorPassword?.expose(),
});
process.stdout.write(`${JSON.stringify(operator)}\n`);
