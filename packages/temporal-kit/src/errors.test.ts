import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES, NexusError, type ErrorCode } from '@nexus/contracts';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { nexusErrorOf, toFailure } from './errors.ts';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
const arrived = (cause: Error): Error =>
  new ActivityFailure('Activity task failed', 'x', '1', RetryState.NON_RETRYABLE_FAILURE, 'me', cause);

describe('expected failures', () => {
  test.each(codes)('%s keeps its code through Temporal, and is tried again only where that can help', (code) => {
    const failure = toFailure(new NexusError(code, 'why'));
    expect(failure.type).toBe(code);
    const { status } = ERROR_CODES[code];
    expect(failure.nonRetryable).toBe(status < 500 && status !== 429);
    expect(nexusErrorOf(arrived(failure))).toMatchObject({ code, message: 'why' });
  });

  test('a failure that is none of ours has no code', () => {
    for (const type of ['Error', 'toString', '__proto__'])
      expect(nexusErrorOf(arrived(ApplicationFailure.create({ type, message: 'x' })))).toBeUndefined();
    expect(nexusErrorOf('text')).toBeUndefined();
  });

  test('causes in a circle end', () => {
    const error = new Error('a');
    error.cause = error;
    expect(nexusErrorOf(error)).toBeUndefined();
  });
});
