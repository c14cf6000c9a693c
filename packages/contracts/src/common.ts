import { z } from 'zod';
import { SERVICES } from './services.ts';

export { SERVICES, type ServiceName } from './services.ts';
export const serviceName = z.enum(SERVICES);

/** Any UUID in its canonical lower-case text form; new ones are version 7, derived ones version 8. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID');

/** SHA-256 in lower-case hex. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

/** ISO 4217 alphabetic code, e.g. `GHS`. */
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');

/** ISO 3166-1 alpha-2 country code, e.g. `GH`. */
export const countryCode = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code');

/** Calendar date without a zone, `YYYY-MM-DD`: business dates and fiscal dates. */
export const isoDate = z.iso.date();

/** An instant in UTC, RFC 3339 with `Z`. */
export const isoInstant = z.iso.datetime({ offset: false });

/** IANA time zone name, checked against the runtime's own zone table. */
export const timeZone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'must be an IANA time zone');

/** Whole minor units (cents, pesewas) that fit a JavaScript number exactly. */
export const minorUnits = z.number().int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

/** Lower-case name used in addresses and as the Keycloak organization's alias: letters, digits, inner hyphens. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and hyphens')
  .min(2)
  .max(48);

export const shortText = z.string().trim().min(1).max(200);

/** Query of every list: at most 200 rows a page, continued by an opaque cursor. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** A page of rows; `nextCursor` is absent on the last one. */
export const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({ items: z.array(row), nextCursor: z.string().optional() });
