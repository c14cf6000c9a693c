import { NexusError } from '@nexus/contracts';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type UserRepresentation from '@keycloak/keycloak-admin-client/lib/defs/userRepresentation.js';
import { KeycloakAdmin, orWhen, type KeycloakAdminOptions } from './keycloak-admin.ts';
import {
  PROVISIONING_ATTRIBUTE,
  type KeycloakDirectory,
  type NewOrganization,
  type NewPerson,
  type Organization,
  type Person,
} from './keycloak-directory.ts';
import { personName } from './person-name.ts';

export interface KeycloakDirectoryOptions extends KeycloakAdminOptions {
  /**
   * Password that new people get. For a laptop's demo chain; without it a new person must prove the e-mail address and
   * choose a password.
   */
  readonly initialPassword?: string | undefined;
  /** Send new people an e-mail with a link for that; needs a mail server in the realm. */
  readonly inviteByEmail: boolean;
}

const ACTIONS_OF_NEW_PEOPLE = ['VERIFY_EMAIL', 'UPDATE_PASSWORD'];
/** More organizations of one person than this are not looked at. */
const MAX_MEMBERSHIPS = 200;

export function createKeycloakDirectory(options: KeycloakDirectoryOptions): KeycloakDirectory {
  const admin = new KeycloakAdmin(options);
  return {
    ensureOrganization: (organization) => admin.run((client) => ensureOrganization(client, organization)),
    deleteOrganization: (alias, provisioningId) =>
      admin.run(async (client) => {
        const found = await organizationByAlias(client, alias);
        if (found?.madeBy === provisioningId) await orWhen(404, client.organizations.delById({ id: found.id }), null);
      }),
    ensurePerson: (person) => admin.run((client) => ensurePerson(client, person, options)),
    ensureMember: (orgId, userId) =>
      admin.run(async (client) => {
        await orWhen(409, client.organizations.addMember({ orgId, userId }), null);
      }),
    removeMember: (orgId, userId) =>
      admin.run(async (client) => {
        await orWhen(404, client.organizations.delMember({ orgId, userId }), null);
      }),
    deletePersonMadeBy: (email, provisioningId, alias) =>
      admin.run((client) => deletePersonMadeBy(client, email, provisioningId, alias)),
    organizationsOf: (subject) => admin.run((client) => organizationsOf(client, subject)),
    setPassword: (id, value) =>
      admin.run((client) =>
        client.users.resetPassword({ id, credential: { type: 'password', value, temporary: false } }),
      ),
  };
}

/** Name and alias are both the slug: Keycloak wants names unique too, and two chains may be called the same. */
async function ensureOrganization(client: KeycloakAdminClient, wanted: NewOrganization): Promise<string> {
  const { alias, name: description, provisioningId } = wanted;
  let found = await organizationByAlias(client, alias);
  if (found === undefined) {
    const attributes = { [PROVISIONING_ATTRIBUTE]: [provisioningId] };
    const creating = client.organizations.create({ name: alias, alias, description, enabled: true, attributes });
    const created = await orWhen(409, creating, null); // made meanwhile by another try: look again
    if (created !== null) return created.id;
    found = await organizationByAlias(client, alias);
  }
  if (found?.madeBy !== provisioningId)
    throw new NexusError('NX-1006', `The organization ${alias} belongs to another provisioning`);
  return found.id;
}

async function organizationByAlias(client: KeycloakAdminClient, alias: string): Promise<Found | undefined> {
  const found = await client.organizations.find({ search: alias, exact: true });
  const id = found.find((organization) => organization.alias === alias)?.id;
  if (id === undefined) return undefined;
  // Lists come without attributes.
  const whole = await orWhen(404, client.organizations.findOne({ id }), null);
  if (whole === null) return undefined;
  return { id, madeBy: whole.attributes?.[PROVISIONING_ATTRIBUTE]?.[0] };
}

/** Asked again under the same provisioning id it invites again: an invitation may come twice, but it comes. */
async function ensurePerson(
  client: KeycloakAdminClient,
  person: NewPerson,
  options: KeycloakDirectoryOptions,
): Promise<Person> {
  let found = await personByEmail(client, person.email);
  if (found === undefined) {
    await orWhen(409, client.users.create(newUser(person, options.initialPassword)), null);
    found = await personByEmail(client, person.email);
  }
  if (found === undefined)
    throw new NexusError('NX-1006', 'The e-mail address is the user name of somebody with another address');
  const created = found.madeBy === person.provisioningId;
  if (created && options.inviteByEmail)
    await client.users.executeActionsEmail({ id: found.id, actions: ACTIONS_OF_NEW_PEOPLE });
  return { subject: found.id, created };
}

const newUser = (person: NewPerson, password: string | undefined): UserRepresentation => ({
  username: person.email,
  email: person.email,
  enabled: true,
  emailVerified: password !== undefined,
  ...personName(person.name),
  attributes: { [PROVISIONING_ATTRIBUTE]: [person.provisioningId] },
  ...(password === undefined
    ? { requiredActions: ACTIONS_OF_NEW_PEOPLE }
    : { credentials: [{ type: 'password', value: password, temporary: false }] }),
});

interface Found {
  readonly id: string;
  readonly madeBy: string | undefined;
}

async function personByEmail(client: KeycloakAdminClient, email: string): Promise<Found | undefined> {
  const [person] = await client.users.find({ email, exact: true, max: 1 });
  if (person?.id === undefined) return undefined;
  const madeBy = (person.attributes as Record<string, string[]> | undefined)?.[PROVISIONING_ATTRIBUTE]?.[0];
  return { id: person.id, madeBy };
}

async function deletePersonMadeBy(
  client: KeycloakAdminClient,
  email: string,
  provisioningId: string,
  alias: string,
): Promise<void> {
  const person = await personByEmail(client, email);
  if (person === undefined || person.madeBy !== provisioningId) return;
  const elsewhere = (await organizationsOf(client, person.id)).some((organization) => organization.alias !== alias);
  if (!elsewhere) await orWhen(404, client.users.del({ id: person.id }), null);
}

async function organizationsOf(client: KeycloakAdminClient, subject: string): Promise<Organization[]> {
  const found = await orWhen(404, client.organizations.memberOrganizations({ userId: subject }), []);
  return found
    .slice(0, MAX_MEMBERSHIPS)
    .flatMap(({ id, alias, enabled }) =>
      id === undefined || alias === undefined || enabled === false ? [] : [{ id, alias }],
    );
}
