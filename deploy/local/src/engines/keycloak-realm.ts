import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { KeycloakAdmin } from './keycloak-admin.ts';
import { RealmKeeper, type ClientScope } from './keycloak-keeper.ts';

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
  /** Default `nexus`. */
  realm?: string;
  /** Who must come encrypted. Default `none`: a laptop has no certificate. */
  sslRequired?: 'none' | 'external' | 'all';
}

/**
 * Settings that the platform stands on, by their names in nexus-realm.json. What else the file says of the realm (how long
 * sessions last, how passwords must be, languages) is how it begins; from then on it is the operator's.
 */
const OWN_SETTINGS = [
  ...['enabled', 'organizationsEnabled', 'registrationAllowed', 'loginWithEmailAllowed', 'duplicateEmailsAllowed'],
  'bruteForceProtected',
];

/**
 * Out of the box a token only names the organization's alias, which may change. The id is the tenant:
 * `organization: { "<alias>": { "id": "<uuid>" } }`.
 */
const ORGANIZATION_SCOPE: ClientScope = {
  name: 'organization',
  protocol: 'openid-connect',
  attributes: { 'include.in.token.scope': 'true' },
  protocolMappers: [
    {
      name: 'organization',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-organization-membership-mapper',
      config: {
        'claim.name': 'organization',
        'access.token.claim': 'true',
        'id.token.claim': 'true',
        'introspection.token.claim': 'true',
        addOrganizationId: 'true',
        'jsonType.label': 'JSON',
        multivalued: 'true',
      },
    },
  ],
};

const mapperSchema = z.looseObject({ name: z.string(), config: z.record(z.string(), z.string()) });
/** The parts of nexus-realm.json that are read here; the rest goes to Keycloak as it stands. */
const templateSchema = z.looseObject({
  clients: z.array(
    z.looseObject({
      clientId: z.string(),
      publicClient: z.boolean(),
      attributes: z.record(z.string(), z.string()).optional(),
      protocolMappers: z.array(mapperSchema).optional(),
    }),
  ),
  users: z.array(
    z.looseObject({
      serviceAccountClientId: z.string(),
      clientRoles: z.record(z.string(), z.array(z.string())),
    }),
  ),
  components: z.looseObject({
    'org.keycloak.userprofile.UserProfileProvider': z.tuple([
      z.looseObject({ config: z.object({ 'kc.user.profile.config': z.tuple([z.string()]) }) }),
    ]),
  }),
});
type Template = z.infer<typeof templateSchema>;
type ServiceAccount = Template['users'][number];
const profileSchema = z.looseObject({ attributes: z.array(z.looseObject({ name: z.string() })) });

interface ClientRepresentation {
  id: string;
  clientId: string;
}

/**
 * Brings the realm to what nexus-realm.json and the settings say: makes it, or puts right what of ours is missing or other
 * than it should be, at every start. What is not ours stays as it is: see `RealmKeeper`. Gives what it changed.
 */
export async function ensureRealm(settings: RealmSettings): Promise<readonly string[]> {
  const { realm = REALM } = settings;
  const admin = await signInAtOwnAddress(settings);
  const template = templateSchema.parse(JSON.parse(readFileSync(TEMPLATE, 'utf8')));
  if (!(await admin.find(`/${realm}`))) await admin.post('', { ...template, realm });
  const keeper = new RealmKeeper(admin, realm);
  await keeper.settings({
    ...Object.fromEntries(OWN_SETTINGS.map((name) => [name, template[name]])),
    sslRequired: settings.sslRequired ?? 'none',
    attributes: { frontendUrl: `${settings.edgeOrigin}/auth` },
  });
  const people: string[] = [];
  for (const client of template.clients) {
    const id = await keeper.client({ enabled: true, ...client, ...particular(client.clientId, settings) });
    if (client.publicClient) people.push(id);
  }
  await keeper.optionalScope(ORGANIZATION_SCOPE, people);
  const [profile] = template.components['org.keycloak.userprofile.UserProfileProvider'];
  const { attributes } = profileSchema.parse(JSON.parse(profile.config['kc.user.profile.config'][0]));
  await keeper.profile(attributes);
  for (const user of template.users) {
    if (await setServiceAccountRoles(admin, realm, user))
      keeper.changed.push(`roles of ${user.serviceAccountClientId}`);
  }
  await ensureOperator(admin, realm, settings.operatorPassword);
  return keeper.changed;
}

/**
 * Administrators sign in and work at Keycloak's own address: the edge serves neither the console nor the realm that signs
 * them in. A token is of the address that its realm had.
 */
async function signInAtOwnAddress({ url, adminUser, adminPassword }: RealmSettings): Promise<KeycloakAdmin> {
  const admin = await KeycloakAdmin.signIn(url, adminUser, adminPassword);
  const master = new RealmKeeper(admin, 'master');
  await master.settings({ attributes: { frontendUrl: url } });
  return master.changed.length === 0 ? admin : KeycloakAdmin.signIn(url, adminUser, adminPassword);
}

/** What of a client depends on where the platform runs. A redirection to anywhere else is nobody's. */
function particular(clientId: string, { edgeOrigin, identityClientSecret }: RealmSettings): object {
  if (clientId === 'nexus-identity') return { secret: identityClientSecret };
  if (clientId !== 'nexus-backoffice') return {};
  return { rootUrl: edgeOrigin, baseUrl: '/', redirectUris: [`${edgeOrigin}/*`], webOrigins: [edgeOrigin] };
}

async function findClient(admin: KeycloakAdmin, realm: string, clientId: string): Promise<ClientRepresentation> {
  const [client] = await admin.get<ClientRepresentation[]>(`/${realm}/clients?clientId=${clientId}`);
  if (!client) throw new Error(`the realm has no client ${clientId}`);
  return client;
}

/** Exactly the roles of the file: a realm made from an older file gets the new ones and loses the others. */
async function setServiceAccountRoles(admin: KeycloakAdmin, realm: string, account: ServiceAccount): Promise<boolean> {
  interface Role {
    name: string;
  }
  const client = await findClient(admin, realm, account.serviceAccountClientId);
  const user = await admin.get<{ id: string }>(`/${realm}/clients/${client.id}/service-account-user`);
  let changed = false;
  for (const [clientId, wanted] of Object.entries(account.clientRoles)) {
    const owner = await findClient(admin, realm, clientId);
    const path = `/${realm}/users/${user.id}/role-mappings/clients/${owner.id}`;
    const assigned = await admin.get<Role[]>(path);
    const all = await admin.get<Role[]>(`/${realm}/clients/${owner.id}/roles`);
    const has = new Set(assigned.map(({ name }) => name));
    const missing = all.filter(({ name }) => wanted.includes(name) && !has.has(name));
    const surplus = assigned.filter(({ name }) => !wanted.includes(name));
    if (missing.length > 0) await admin.post(path, missing);
    if (surplus.length > 0) await admin.delete(path, surplus);
    changed ||= missing.length + surplus.length > 0;
  }
  return changed;
}

async function ensureOperator(admin: KeycloakAdmin, realm: string, password: string): Promise<void> {
  const find = async <T>(path: string) => (await admin.get<T[]>(`/${realm}${path}`))[0];
  const organizationPath = `/organizations?search=${PLATFORM_ORGANIZATION}&exact=true`;
  if (!(await find(organizationPath))) {
    await admin.post(`/${realm}/organizations`, {
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
  if (!(await find(userPath))) await admin.post(`/${realm}/users`, user);
  const [made, organization] = [await find<{ id: string }>(userPath), await find<{ id: string }>(organizationPath)];
  if (!made || !organization) throw new Error('Keycloak does not find the operator it was told to make');
  const members = `/${realm}/organizations/${organization.id}/members`;
  if (!(await admin.find(`${members}/${made.id}`))) await admin.post(members, made.id);
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
