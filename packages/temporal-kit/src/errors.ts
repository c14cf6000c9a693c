import { ERROR_CODES, NexusError, type ErrorCode } from '@nexus/contracts';
import { ApplicationFailure } from '@temporalio/common';

/** Deeper chains of causes than any of ours; a cycle ends here. */
const MAX_CAUSES = 10;

/**
 * An expected failure in Temporal's form: its code becomes the failure's type. What trying again cannot change (a
 * status below 500, but for "too many requests") is not tried again.
 */
export function toFailure(error: NexusError): ApplicationFailure {
  const { code, status } = error;
  return ApplicationFailure.create({
    type: code,
    message: error.message,
    nonRetryable: status < 500 && status !== 429,
    details: [{ ...(error.errors === undefined ? {} : { errors: error.errors }), ...(error.extra ?? {}) }],
    cause: error,
  });
}

/** The NexusError that an activity threw, out of the chain of failures in which it arrives; undefined where it is none. */
export function nexusErrorOf(error: unknown): NexusError | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (current instanceof NexusError) return current;
    if (current instanceof ApplicationFailure && isErrorCode(current.type))
      return new NexusError(current.type, current.message, { cause: error });
    current = current.cause;
  }
  return undefined;
}

const isErrorCode = (type: unknown): type is ErrorCode => typeof type === 'string' && Object.hasOwn(ERROR_CODES, type);
