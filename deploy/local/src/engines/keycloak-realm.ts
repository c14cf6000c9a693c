import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeycloakAdmin } from './keycloak-admin.ts';

export const REALM = 'nexus';
const TEMPLATE = join(import.meta.dirname, '../../keycloak/nexus-realm.json');

/** Platform operators belong to an organization of their own, above all chains. */
export const PLATFORM_ORGANIZATION = 'nexus-platform';
export const OPERATOR_USERNAME = 'operator';

export interface RealmSettings {
  /** Keycloak's own address with its path, `http://127.0.0.1:1234/auth`. */
  url: string;
  adminUser: string;
  adminPassword: string;
  /** The one origin that browsers see; tokens are issued in its name. */
  edgeOrigin: string;
  identityClientSecret: string;
  operatorPassword: string;
}

interface ClientRepresentation {
  id: string;
  clientId: string;
}

/**
 * Brings the realm to what nexus-realm.json and the settings say. Made once from the file; what depends on this
 * laptop (origin, secret, operator) is set at every start.
 */
export async function ensureRealm(settings: RealmSettings): Promise<void> {
  const admin = await KeycloakAdmin.signIn(settings.url, settings.adminUser, settings.adminPassword);
  if (!(await admin.find(`/${REALM}`))) {
    await admin.post('', JSON.parse(readFileSync(TEMPLATE, 'utf8')));
  }
  await admin.put(`/${REALM}`, { attributes: { frontendUrl: `${settings.edgeOrigin}/auth` } });
  await updateClients(admin, settings);
  await addOrganizationIdToTokens(admin);
  await ensureOperator(admin, settings.operatorPassword);
}

async function updateClients(admin: KeycloakAdmin, settings: RealmSettings): Promise<void> {
  const update = async (clientId: string, change: object) => {
    const [client] = await admin.get<ClientRepresentation[]>(`/${REALM}/clients?clientId=${clientId}`);
    if (!client) throw new Error(`the realm has no client ${clientId}`);
    await admin.put(`/${REALM}/clients/${client.id}`, { ...client, ...change });
  };
  await update('nexus-backoffice', {
    rootUrl: settings.edgeOrigin,
    baseUrl: '/',
    redirectUris: [`${settings.edgeOrigin}/*`],
    webOrigins: [settings.edgeOrigin],
  });
  await update('nexus-identity', { secret: settings.identityClientSecret });
}

interface ClientScope {
  id: string;
  name: string;
  protocolMappers?: { id: string; protocolMapper: string; config: Record<string, string> }[];
}

/**
 * Out of the box a token only names the organization's alias, which may change. The id is the tenant:
 * `organization: { "<alias>": { "id": "<uuid>" } }`.
 */
async function addOrganizationIdToTokens(admin: KeycloakAdmin): Promise<void> {
  const scopes = await admin.get<ClientScope[]>(`/${REALM}/client-scopes`);
  const scope = scopes.find(({ name }) => name === 'organization');
  const mapper = scope?.protocolMappers?.find(
    ({ protocolMapper }) => protocolMapper === 'oidc-organization-membership-mapper',
  );
  if (!scope || !mapper) throw new Error('the realm has no scope "organization" with a membership mapper');
  const config = { ...mapper.config, addOrganizationId: 'true', 'jsonType.label': 'JSON', multivalued: 'true' };
  await admin.put(`/${REALM}/client-scopes/${scope.id}/protocol-mappers/models/${mapper.id}`, { ...mapper, config });
}

async function ensureOperator(admin: KeycloakAdmin, password: string): Promise<void> {
  const find = async <T>(path: string) => (await admin.get<T[]>(`/${REALM}${path}`))[0];
  const organizationPath = `/organizations?search=${PLATFORM_ORGANIZATION}&exact=true`;
  if (!(await find(organizationPath))) {
    await admin.post(`/${REALM}/organizations`, {
      name: PLATFORM_ORGANIZATION,
      alias: PLATFORM_ORGANIZATION,
      domains: [{ name: `${PLATFORM_ORGANIZATION}.invalid`, verified: false }],
    });
  }
  const userPath = `/users?username=${OPERATOR_USERNAME}&exact=true`;
  const user = {
    username: OPERATOR_USERNAME,
    email: `operator@${PLATFORM_ORGANIZATION}.invalid`,
    emailVerified: true,
    firstName: 'Platform',
    lastName: 'Operator',
    enabled: true,
    credentials: [{ type: 'password', value: password, temporary: false }],
  };
  const known = await find<{ id: string }>(userPath);
  if (known) return;
  await admin.post(`/${REALM}/users`, user);
  const [made, organization] = [await find<{ id: string }>(userPath), await find<{ id: string }>(organizationPath)];
  if (!made || !organization) throw new Error('Keycloak does not find the operator it was told to make');
  await admin.post(`/${REALM}/organizations/${organization.id}/members`, made.id);
}

/** The id of the organization that platform operators belong to. */
export async function platformOrganizationId(
  settings: Pick<RealmSettings, 'url' | 'adminUser' | 'adminPassword'>,
): Promise<string> {
  const admin = await KeycloakAdmin.signIn(settings.url, settings.adminUser, settings.adminPassword);
  const path = `/${REALM}/organizations?search=${PLATFORM_ORGANIZATION}&exact=true`;
  const [organization] = await admin.get<{ id: string }[]>(path);
  if (!organization) throw new Error(`the realm has no organization ${PLATFORM_ORGANIZATION}`);
  return organization.id;
}
