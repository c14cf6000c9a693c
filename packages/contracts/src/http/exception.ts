import { z } from 'zod';
import { pageOf, uuid } from '../common.ts';
import { exceptionKind, exceptionRow } from '../exception.ts';

/*
 * HTTP of exceptions, the same at every service that raises them: `GET /exceptions` wants `exceptions:read`,
 * `POST /exceptions/:id/settlement` wants `exceptions:settle`. Exceptions of no branch are for those who see every branch.
 */

/** `GET /exceptions`: newest first. */
export const exceptionListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  /** Only what waits to be settled; `false` shows settled ones too. */
  open: z.enum(['true', 'false']).default('true'),
  kind: exceptionKind.optional(),
});
export const exceptionPage = pageOf(exceptionRow);
export const exceptionParams = z.strictObject({ id: uuid });
/** `POST /exceptions/:id/settlement`, answered 204: what was found or done. `NX-1006` where somebody settled it already. */
export const exceptionSettlement = z.strictObject({ note: z.string().trim().min(1).max(1000) });
