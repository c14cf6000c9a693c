/**
 * What identity asks of Keycloak. People and organizations live there; who may do what lives here. Every call is
 * idempotent, ends within the configured time, and throws NX-3001 where Keycloak does not answer.
 */
export interface KeycloakDirectory {
  /**
   * The organization with this alias, made under this provisioning id. NX-1006 where the alias belongs to another
   * provisioning. Returns the organization's id.
   */
  ensureOrganization(organization: NewOrganization): Promise<string>;
  /** Removes the organization if it carries the provisioning id; its memberships go with it, its people stay. */
  deleteOrganization(alias: string, provisioningId: string): Promise<void>;
  /** The person with this e-mail address, made if nobody has it. */
  ensurePerson(person: NewPerson): Promise<Person>;
  ensureMember(organizationId: string, subject: string): Promise<void>;
  removeMember(organizationId: string, subject: string): Promise<void>;
  /** Removes the person made under this provisioning id, unless another organization has them as a member by now. */
  deletePersonMadeBy(email: string, provisioningId: string, organizationAlias: string): Promise<void>;
  /** Organizations that a person belongs to; enabled ones only. */
  organizationsOf(subject: string): Promise<Organization[]>;
  setPassword(subject: string, password: string): Promise<void>;
}

export interface NewOrganization {
  readonly alias: string;
  readonly name: string;
  readonly provisioningId: string;
}
export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly provisioningId: string;
}
export interface Person {
  readonly subject: string;
  /** False: somebody known already, who keeps password and name. */
  readonly created: boolean;
}
export interface Organization {
  readonly id: string;
  readonly alias: string;
}

/** Attribute of organizations and people that says under which provisioning they were made. */
export const PROVISIONING_ATTRIBUTE = 'nexus-provisioning-id';
