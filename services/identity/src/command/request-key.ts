import { IDEMPOTENCY_HEADER, idempotencyKey, NexusError } from '@nexus/contracts';
import type { IncomingMessage } from 'node:http';

/** The request's idempotency key; undefined where the client sends none. NX-1001 for one of a wrong form. */
export function requestKey(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const header = request.headers[IDEMPOTENCY_HEADER];
  if (header === undefined) return undefined;
  const key = idempotencyKey.safeParse(header);
  if (!key.success)
    throw new NexusError('NX-1001', undefined, {
      errors: key.error.issues.map(({ message }) => ({ path: `headers.${IDEMPOTENCY_HEADER}`, message })),
    });
  return key.data;
}
