import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getEngines } from '@nexus/testkit';
import { KeycloakAdmin } from './keycloak-admin.ts';
import { covers } from './keycloak-keeper.ts';
import { ensureRealm, type RealmSettings } from './keycloak-realm.ts';

jest.setTimeout(120_000);

const realm = `test-${randomUUID()}`;
const EDGE = 'https://nexus.example';
let settings: RealmSettings;
let admin: KeycloakAdmin;

interface Found {
  id: string;
  name?: string;
  clientId?: string;
  protocolMappers?: Found[];
  [field: string]: unknown;
}
const at = (path: string): string => `/${realm}${path}`;
const signIn = async (): Promise<void> => {
  admin = await KeycloakAdmin.signIn(settings.url, settings.adminUser, settings.adminPassword);
};

beforeAll(async () => {
  const { url, adminUser, adminPassword } = getEngines().keycloak;
  settings = {
    ...{ url, adminUser, adminPassword, realm, edgeOrigin: EDGE },
    ...{ identityClientSecret: 'secret-of-identity', operatorPassword: 'password-of-operator' },
  };
  await ensureRealm(settings);
  await signIn();
});
afterAll(() => admin.delete(at('')));

async function client(clientId: string): Promise<Found> {
  const [found] = await admin.get<Found[]>(at(`/clients?clientId=${clientId}`));
  if (found === undefined) throw new Error(`there is no client ${clientId}`);
  return found;
}
const mapper = (owner: Found, name: string): Found | undefined =>
  owner.protocolMappers?.find((candidate) => candidate.name === name);
const organizationScope = async (): Promise<Found> =>
  (await admin.get<Found[]>(at('/client-scopes'))).find(({ name }) => name === 'organization') as Found;

describe('a realm that is there', () => {
  test('and right is not written to', async () => {
    expect(await ensureRealm(settings)).toEqual([]);
  });

  test('is brought to what the platform stands on', async () => {
    const backOffice = await client('nexus-backoffice');
    await admin.put(at(''), { registrationAllowed: true, bruteForceProtected: false, sslRequired: 'all' });
    await admin.put(at(`/clients/${backOffice.id}`), {
      ...backOffice,
      ...{ enabled: false, redirectUris: ['https://elsewhere.example/*'], directAccessGrantsEnabled: true },
      attributes: { ...(backOffice['attributes'] as object), 'pkce.code.challenge.method': 'plain' },
    });
    const audience = mapper(backOffice, 'audience nexus-identity') as Found;
    await admin.delete(at(`/clients/${backOffice.id}/protocol-mappers/models/${audience.id}`));
    const scope = await organizationScope();
    const membership = mapper(scope, 'organization') as Found;
    await admin.put(at(`/client-scopes/${scope.id}/protocol-mappers/models/${membership.id}`), {
      ...membership,
      config: { ...(membership['config'] as object), addOrganizationId: 'false' },
    });
    const cli = await client('nexus-cli');
    await admin.delete(at(`/clients/${cli.id}/optional-client-scopes/${scope.id}`));
    await admin.put(at(`/clients/${(await client('nexus-identity')).id}`), { secret: 'another' });
    const profile = await admin.get<{ attributes: Found[] }>(at('/users/profile'));
    await admin.put(at('/users/profile'), {
      ...profile,
      attributes: profile.attributes.filter(({ name }) => name !== 'nexus-provisioning-id'),
    });

    expect(await ensureRealm(settings)).toEqual([
      'settings',
      'client nexus-backoffice',
      'mapper audience nexus-identity of nexus-backoffice',
      'client nexus-identity',
      'mapper organization of organization',
      'scope organization of a client',
      'profile',
    ]);
    expect(await admin.get(at(''))).toMatchObject({
      ...{ registrationAllowed: false, bruteForceProtected: true, sslRequired: 'none' },
      attributes: { frontendUrl: `${EDGE}/auth` },
    });
    const mended = await client('nexus-backoffice');
    expect(mended).toMatchObject({
      ...{ enabled: true, redirectUris: [`${EDGE}/*`], directAccessGrantsEnabled: false },
      attributes: { 'pkce.code.challenge.method': 'S256' },
    });
    expect(mapper(mended, 'audience nexus-identity')).toMatchObject({
      config: { 'included.client.audience': 'nexus-identity' },
    });
    expect(mapper(await organizationScope(), 'organization')).toMatchObject({ config: { addOrganizationId: 'true' } });
    expect((await client('nexus-cli'))['optionalClientScopes']).toContain('organization');
    expect(await client('nexus-identity')).toMatchObject({ secret: 'secret-of-identity' });
    expect(await ensureRealm(settings)).toEqual([]);
  });

  test('gets back what of ours was deleted', async () => {
    const scope = await organizationScope();
    const [operator] = await admin.get<Found[]>(at('/users?username=operator&exact=true'));
    const [organization] = await admin.get<Found[]>(at('/organizations?search=nexus-platform&exact=true'));
    await admin.delete(at(`/organizations/${organization?.id}/members/${operator?.id}`));
    await admin.delete(at(`/clients/${(await client('nexus-identity')).id}`));
    await admin.delete(at(`/client-scopes/${scope.id}`));

    expect(await ensureRealm(settings)).toEqual([
      'client nexus-identity',
      'scope organization',
      'scope organization of a client',
      'scope organization of a client',
      'roles of nexus-identity',
    ]);
    const identity = await client('nexus-identity');
    const account = await admin.get<Found>(at(`/clients/${identity.id}/service-account-user`));
    const management = await client('realm-management');
    const roles = await admin.get<Found[]>(at(`/users/${account.id}/role-mappings/clients/${management.id}`));
    expect(roles.map(({ name }) => name)).toContain('manage-organizations');
    const members = await admin.get<Found[]>(at(`/organizations/${organization?.id}/members`));
    expect(members.map(({ id }) => id)).toEqual([operator?.id]);
    expect(await ensureRealm(settings)).toEqual([]);
  });

  test('keeps what is not ours', async () => {
    const backOffice = await client('nexus-backoffice');
    const foreign = { smtpServer: { host: 'mail.example', from: 'a@b.example' }, passwordPolicy: 'length(16)' };
    await admin.put(at(''), { ...foreign, resetPasswordAllowed: true, registrationAllowed: true });
    await admin.post(at('/clients'), { clientId: 'somebody-else' });
    await admin.put(at(`/clients/${backOffice.id}`), {
      ...backOffice,
      attributes: { ...(backOffice['attributes'] as object), login_theme: 'kente', 'pkce.code.challenge.method': '' },
    });
    await admin.post(at(`/clients/${backOffice.id}/protocol-mappers/models`), {
      name: 'department',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-usermodel-attribute-mapper',
      config: { 'user.attribute': 'department', 'claim.name': 'department', 'jsonType.label': 'String' },
    });
    const profile = await admin.get<{ attributes: Found[] }>(at('/users/profile'));
    await admin.put(at('/users/profile'), {
      ...profile,
      attributes: [
        ...profile.attributes.filter(({ name }) => name !== 'nexus-provisioning-id'),
        { name: 'department', permissions: { view: ['admin'], edit: ['admin'] } },
      ],
    });

    expect(await ensureRealm(settings)).toEqual(['settings', 'client nexus-backoffice', 'profile']);
    const now = await admin.get<Found>(at(''));
    expect(covers(now, { ...foreign, resetPasswordAllowed: true, registrationAllowed: false })).toBe(true);
    expect((await client('somebody-else')).clientId).toBe('somebody-else');
    const kept = await client('nexus-backoffice');
    expect(kept['attributes']).toMatchObject({ login_theme: 'kente', 'pkce.code.challenge.method': 'S256' });
    expect(mapper(kept, 'department')).toBeDefined();
    const { attributes } = await admin.get<{ attributes: Found[] }>(at('/users/profile'));
    expect(attributes.map(({ name }) => name)).toEqual(expect.arrayContaining(['department', 'nexus-provisioning-id']));
  });
});

test('administrators sign in at Keycloak’s own address, not at the edge, which does not serve them', async () => {
  await admin.put('/master', { attributes: { frontendUrl: `${EDGE}/auth` } });
  expect(await ensureRealm(settings)).toEqual([]);
  const page = await (await fetch(`${settings.url}/admin/master/console/`)).text();
  expect(page).toContain(`"authUrl": "${settings.url}"`);
  expect(page).toContain(`"adminBaseUrl": "${settings.url}"`);
  await signIn();
});
