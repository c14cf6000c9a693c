import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { KeycloakAdmin } from './keycloak-admin.ts';

export { KeycloakAdmin };
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

/** The parts of nexus-realm.json that are read here; the rest goes to Keycloak as it stands. */
const templateSchema = z.looseObject({
  users: z.array(
    z.looseObject({
      serviceAccountClientId: z.string(),
      clientRoles: z.record(z.string(), z.array(z.string())),
    }),
  ),
});
type ServiceAccount = z.infer<typeof templateSchema>['users'][number];

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
  const template = templateSchema.parse(JSON.parse(readFileSync(TEMPLATE, 'utf8')));
  if (!(await admin.find(`/${REALM}`))) await admin.post('', template);
  // Administrators work at Keycloak's own address: the edge serves neither the console nor the realm that signs them in.
  await admin.put('/master', { attributes: { frontendUrl: settings.url } });
  await admin.put(`/${REALM}`, { attributes: { frontendUrl: `${settings.edgeOrigin}/auth` } });
  await updateClients(admin, settings);
  for (const user of template.users) await setServiceAccountRoles(admin, user);
  await addOrganizationIdToTokens(admin);
  await ensureOperator(admin, settings.operatorPassword);
}

async function findClient(admin: KeycloakAdmin, clientId: string): Promise<ClientRepresentation> {
  const [client] = await admin.get<ClientRepresentation[]>(`/${REALM}/clients?clientId=${clientId}`);
  if (!client) throw new Error(`the realm has no client ${clientId}`);
  return client;
}

/** Exactly the roles of the file: a realm made from an older file gets the new ones and loses the others. */
async function setServiceAccountRoles(admin: KeycloakAdmin, account: ServiceAccount): Promise<void> {
  interface Role {
    name: string;
  }
  const client = await findClient(admin, account.serviceAccountClientId);
  const user = await admin.get<{ id: string }>(`/${REALM}/clients/${client.id}/service-account-user`);
  for (const [clientId, wanted] of Object.entries(account.clientRoles)) {
    const owner = await findClient(admin, clientId);
    const path = `/${REALM}/users/${user.id}/role-mappings/clients/${owner.id}`;
    const assigned = await admin.get<Role[]>(path);
    const all = await admin.get<Role[]>(`/${REALM}/clients/${owner.id}/roles`);
    const has = new Set(assigned.map(({ name }) => name));
    const missing = all.filter(({ name }) => wanted.includes(name) && !has.has(name));
    const surplus = assigned.filter(({ name }) => !wanted.includes(name));
    if (missing.length > 0) await admin.post(path, missing);
    if (surplus.length > 0) await admin.delete(path, surplus);
  }
}

async function updateClients(admin: KeycloakAdmin, settings: RealmSettings): Promise<void> {
  const update = async (clientId: string, change: object) => {
    const client = await findClient(admin, clientId);
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
