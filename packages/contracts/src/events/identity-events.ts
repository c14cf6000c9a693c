import { z } from 'zod';
import { countryCode, currencyCode, sha256Hex, shortText, timeZone, uuid } from '../common.ts';
import { defineEvent } from './envelope.ts';

/** A legal entity as other services need it. `fiscalYearStart` is `MM-DD`. */
export const legalEntityFacts = z.object({
  id: uuid,
  name: shortText,
  taxNumber: z.string().max(64).nullable(),
  country: countryCode,
  currency: currencyCode,
  fiscalYearStart: z.string(),
});
export const branchFacts = z.object({
  id: uuid,
  /** 0-based order of creation in the chain. */
  index: z.number().int().min(0),
  name: shortText,
  legalEntity: uuid,
  brand: uuid.nullable(),
  zone: timeZone,
  /** Minutes after midnight at which the business date changes. */
  dayCutoffMinutes: z.number().int().min(0).max(1439),
  currency: currencyCode,
});
export type BranchFacts = z.infer<typeof branchFacts>;
export const terminalFacts = z.object({
  id: uuid,
  index: z.number().int().min(0),
  name: shortText,
  branch: uuid,
  legalEntity: uuid,
  /** Key id (SHA-256 of the SPKI, hex) and the public key as base64url SPKI; null until enrolled. */
  keyId: sha256Hex.nullable(),
  publicKey: z.string().nullable(),
  /** The chain announced at enrolment. */
  chain: uuid.nullable(),
  revokedAt: z.string().nullable(),
});
export type TerminalFacts = z.infer<typeof terminalFacts>;
export const staffFacts = z.object({
  id: uuid,
  subject: z.string().nullable(),
  code: z.string(),
  roles: z.array(z.string()),
  active: z.boolean(),
});

export const legalEntityChanged = defineEvent({
  service: 'identity',
  kind: 'legal-entity-changed',
  version: 1,
  data: legalEntityFacts,
});
export const branchChanged = defineEvent({
  service: 'identity',
  kind: 'branch-changed',
  version: 1,
  data: branchFacts,
});
/** Sent at creation, enrolment, revocation: always the terminal's whole state. */
export const terminalChanged = defineEvent({
  service: 'identity',
  kind: 'terminal-changed',
  version: 1,
  data: terminalFacts,
});
export const staffChanged = defineEvent({ service: 'identity', kind: 'staff-changed', version: 1, data: staffFacts });
