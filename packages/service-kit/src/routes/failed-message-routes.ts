import {
  failedMessageListQuery,
  failedMessagePage,
  failedMessageParams,
  failedMessageRetries,
  failedMessageRetriesAnswer,
  failedMessageRetryAnswer,
  NexusError,
  type AccessTokenClaims,
} from '@nexus/contracts';
import { listFailedMessages, retryFailedMessage, retryFailedMessages, type Digestion } from '@nexus/messaging';
import { defineRoute, type Route } from '../http/route.ts';

/** Of a request's 30 s; what is left is for the message in hand. */
const RETRIES_WITHIN_MS = 15_000;
const access = { permission: 'messages:manage' } as const;

/** Messages belong to no branch: whoever sees only some branches may not touch them. */
function assertWholeChain(claims: AccessTokenClaims): void {
  if (claims.branches !== undefined) throw new NexusError('NX-2003');
}

/** Messages that this service could not digest: seen, and tried again. Served by every service; see `runParts`. */
export const failedMessageRoutes = (
  digestion: Digestion,
  retried: (tenantId: string) => void = () => undefined,
): Route[] => [
  defineRoute({
    method: 'get',
    path: '/failed-messages',
    summary: 'Messages that were set aside, newest event first',
    access,
    query: failedMessageListQuery,
    response: failedMessagePage,
    handler: ({ ctx, claims, query }) => {
      assertWholeChain(claims);
      return digestion.db.tx(ctx, (tx) => listFailedMessages(tx, query));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/failed-messages/:event/retry',
    summary: 'Try a message that was set aside again',
    access,
    params: failedMessageParams,
    response: failedMessageRetryAnswer,
    handler: async ({ ctx, claims, params }) => {
      assertWholeChain(claims);
      const answer = await retryFailedMessage(digestion, ctx, params.event);
      retried(ctx.tenantId);
      return answer;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/failed-messages/retries',
    summary: 'Try messages that were set aside again, oldest first, as many as fit one answer',
    access,
    body: failedMessageRetries,
    response: failedMessageRetriesAnswer,
    handler: async ({ ctx, claims, body, signal }) => {
      assertWholeChain(claims);
      const answer = await retryFailedMessages(digestion, ctx, { ...body, withinMs: RETRIES_WITHIN_MS, signal });
      retried(ctx.tenantId);
      return answer;
    },
  }),
];
