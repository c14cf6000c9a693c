import { z } from 'zod';
import { isoInstant, pageOf, serviceName, uuid } from '../common.ts';

/*
 * HTTP of failed messages, the same at every service: events of others that it could not digest and set aside. They are
 * of the whole chain: wants `messages:manage` and a token without branches.
 */

/** `GET /failed-messages`: newest event first. */
export const failedMessageListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: uuid.optional(),
});

/** One message that was set aside. What it says stays inside the service; the event's owner has it in its log. */
export const failedMessageRow = z.object({
  /** Id of the event; version 7, so it says when it happened. */
  event: uuid,
  /** Whose event it is. */
  source: serviceName,
  kind: z.string(),
  /** What the last try said. */
  error: z.string(),
  /** Tries so far, by itself and by people. */
  attempts: z.number().int(),
  failedAt: isoInstant,
});
export type FailedMessageRow = z.infer<typeof failedMessageRow>;
export const failedMessagePage = pageOf(failedMessageRow);
export const failedMessageParams = z.strictObject({ event: uuid });

/** `POST /failed-messages/:event/retry`: whether it is digested now; if not, it stays where it is. 404 where there is none. */
export const failedMessageRetryAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('digested') }),
  z.object({ outcome: z.literal('failed'), error: z.string() }),
]);
export type FailedMessageOutcome = z.infer<typeof failedMessageRetryAnswer>;

/** `POST /failed-messages/retries`: as many as fit one answer, oldest first, continued at `after`. */
export const failedMessageRetries = z.strictObject({
  after: uuid.optional(),
  limit: z.number().int().min(1).max(200).default(100),
});
export const failedMessageRetriesAnswer = z.object({
  digested: z.number().int(),
  failed: z.number().int(),
  /** Present where there are more: what to say as `after`. */
  next: uuid.optional(),
});
