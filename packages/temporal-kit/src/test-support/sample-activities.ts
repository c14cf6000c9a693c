import { ERROR_CODES, NexusError, type ErrorCode } from '@nexus/contracts';
import { currentTenant, currentTraceId } from '@nexus/telemetry';
import { beating, progress } from '../activity/progress.ts';

export interface SampleActivities {
  traceId(): Promise<string>;
  failWith(input: { readonly code: string }): Promise<void>;
  tenantOfLogs(input: { readonly tenantId: string }): Promise<string>;
  untilCancelled(): Promise<string>;
}

/** Activities that show what they were given; `tries` counts calls of `failWith`, `started` says that one is in hand. */
export function sampleActivities() {
  const seen = { tries: 0, started: false };
  const activities: SampleActivities = {
    traceId: () => Promise.resolve(currentTraceId() ?? 'none'),
    failWith: ({ code }) => {
      seen.tries += 1;
      return Promise.reject(code in ERROR_CODES ? new NexusError(code as ErrorCode, 'as asked') : new Error(code));
    },
    tenantOfLogs: () => Promise.resolve(currentTenant() ?? 'none'),
    untilCancelled: () =>
      beating(100, async () => {
        seen.started = true;
        const { signal } = progress();
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return 'ended in order';
      }),
  };
  return { activities, seen };
}
