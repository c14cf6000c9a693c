import { z } from 'zod';
import { TOKEN_LIFETIME_SECONDS } from '../access-token.ts';
import { countryCode, currencyCode, isoInstant, shortText, slug, timeZone, uuid } from '../common.ts';
import { permission, roleName, roleScope } from '../permissions.ts';

/*
 * HTTP of identity for people and scripts, beside terminal.ts and operator.ts. Requests that make something take the
 * header below: the same key with the same content gives the same answer for 30 days, with another content 409 NX-1006.
 */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9._:/-]{1,120}$/, 'must be 1 to 120 letters, digits or ._:/-');

/** `POST /tenants` (permission `platform:operate`) and `POST /sign-ups` (public): 202 with `tenantReservation`. */
export const signUpRequest = z.strictObject({
  name: shortText,
  ownerEmail: z.email().max(254),
  ownerName: shortText.optional(),
  currency: currencyCode,
  country: countryCode,
  /** Without it one is made from the name. */
  slug: slug.optional(),
});
export const tenantState = z.enum(['reserved', 'provisioning', 'ready', 'failed']);
export const tenantReservation = z.object({ tenantId: uuid, slug, state: tenantState });
export type TenantReservation = z.infer<typeof tenantReservation>;
/** `GET /tenants` (paged, `?slug=`) and `GET /tenants/:tenant` (id or slug), permission `platform:operate`. */
export const tenantRow = tenantReservation.extend({
  name: z.string(),
  country: countryCode,
  currency: currencyCode,
  cell: z.string(),
  ownerEmail: z.string(),
  /** Why provisioning was given up. */
  failure: z.string().nullable(),
  createdAt: isoInstant,
});
export type TenantRow = z.infer<typeof tenantRow>;

/**
 * `POST /token` with a Keycloak token as bearer, which names exactly one organization. A person with several roles gets
 * the view of the one that may do most; another is asked for by `?scope=chain`, `?scope=branch&id=…`,
 * `?scope=legal-entity&id=…`.
 */
export const tokenQuery = z.strictObject({
  scope: z.enum(['chain', 'legal-entity', 'branch']).optional(),
  id: uuid.optional(),
});
export const tokenAnswer = z.object({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.number().int().min(1).max(TOKEN_LIFETIME_SECONDS),
});
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** `GET /me/organizations` with any Keycloak token of the realm for identity: what to ask `organization:<alias>` for. */
export const myOrganizations = z.object({
  items: z.array(
    z.object({ alias: z.string(), name: z.string(), kind: z.enum(['tenant', 'platform']), tenantId: uuid.nullable() }),
  ),
});
export type MyOrganizations = z.infer<typeof myOrganizations>;

export const staffGrant = z.strictObject({ role: roleName, scope: roleScope });
/** `GET /me` with a Nexus token. `staff` is null for terminals and operators. */
export const meAnswer = z.object({
  subject: z.string(),
  kind: z.enum(['person', 'terminal', 'operator']),
  tenant: z
    .object({ id: uuid, slug: z.string(), name: z.string(), currency: currencyCode, country: countryCode })
    .nullable(),
  permissions: z.array(permission),
  /** Null: every branch. */
  branches: z.array(uuid).nullable(),
  staff: z.object({ id: uuid, code: z.string(), name: z.string(), grants: z.array(staffGrant) }).nullable(),
});
export type Me = z.infer<typeof meAnswer>;

/** Start of the fiscal year, `MM-DD`; not 29 February, which most years do not have. */
export const fiscalYearStart = z
  .string()
  .regex(/^\d\d-\d\d$/)
  .refine((day) => {
    const [month = 0, date = 0] = day.split('-').map(Number);
    return new Date(Date.UTC(2001, month - 1, date)).toISOString().slice(5, 10) === day;
  }, 'no such day');
/** `POST /legal-entities`. Country and currency are fixed from then on. */
export const newLegalEntity = z.strictObject({
  name: shortText,
  taxNumber: z.string().trim().min(1).max(64).nullable().default(null),
  country: countryCode,
  currency: currencyCode,
  fiscalYearStart: fiscalYearStart.default('01-01'),
});
/** `PATCH /legal-entities/:id`. */
export const legalEntityChange = newLegalEntity
  .pick({ name: true, taxNumber: true })
  .extend({ taxNumber: z.string().trim().min(1).max(64).nullable(), fiscalYearStart })
  .partial();

/** `POST /brands`, `PATCH /brands/:id`. */
export const newBrand = z.strictObject({ name: shortText });
export const brandRow = z.object({ id: uuid, name: z.string() });

const dayCutoffMinutes = z.number().int().min(0).max(1439);
/** `POST /branches`. Its legal entity is fixed from then on. */
export const newBranch = z.strictObject({
  name: shortText,
  legalEntity: uuid,
  brand: uuid.nullable().default(null),
  zone: timeZone,
  dayCutoffMinutes: dayCutoffMinutes.default(0),
});
/** `PATCH /branches/:id`. */
export const branchChange = z
  .strictObject({ name: shortText, brand: uuid.nullable(), zone: timeZone, dayCutoffMinutes })
  .partial();

/** `POST /terminals`. */
export const newTerminal = z.strictObject({ name: shortText, branch: uuid });
/** `POST /terminals/:id/enrolment-codes`: shown once, kept as a hash. */
export const enrolmentCodeAnswer = z.object({ code: z.string(), expiresAt: isoInstant });

/** `POST /staff`: with an e-mail address the person can sign in; a cashier at a till needs only the code. */
export const newStaff = z.strictObject({
  name: shortText,
  email: z.email().max(254).optional(),
  /** Short code at the till, unique in the chain; without it the next number. */
  code: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,16}$/)
    .optional(),
  grants: z.array(staffGrant).max(50),
});
/** `PUT /staff/:id/grants`. */
export const staffGrants = z.strictObject({ grants: z.array(staffGrant).max(50) });
export const staffRow = z.object({
  id: uuid,
  code: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  subject: z.string().nullable(),
  active: z.boolean(),
  grants: z.array(staffGrant),
});
export type StaffRow = z.infer<typeof staffRow>;

/** `GET /roles`: the ready bundles. */
export const roleRow = z.object({ role: roleName, permissions: z.array(permission) });

/** `GET /operator-accesses` (permission `audit:read`): platform operators who took a token for this chain. */
export const operatorAccessRow = z.object({ id: uuid, operator: z.string(), at: isoInstant });
