import { SERVICES, type FailedMessageRow, type ServiceName } from '@nexus/contracts';
import type { NexusApi } from '../api/nexus-api.ts';

export type ServiceMessage = FailedMessageRow & { readonly service: ServiceName };

export interface FailedMessages {
  /** Newest event first, of every service that answered. */
  readonly rows: readonly ServiceMessage[];
  /** Services that have more than were asked for. */
  readonly more: boolean;
  readonly silent: readonly ServiceName[];
}

/** Rows of each service that a person is shown; whoever has more has one trouble, not many. */
const SHOWN = 20;

/**
 * What each service set aside. One that does not answer is named, and the others are shown; only where none answers is the
 * whole question a failure.
 */
export const askFailedMessages = async (
  api: Pick<NexusApi, 'failedMessages'>,
  signal?: AbortSignal,
): Promise<FailedMessages> => {
  const answers = await Promise.allSettled(SERVICES.map((service) => api.failedMessages(service, SHOWN, signal)));
  signal?.throwIfAborted();
  const [first] = answers;
  if (first?.status === 'rejected' && answers.every(({ status }) => status === 'rejected')) throw first.reason;
  const pages = answers.flatMap((answer, at) => {
    const service = SERVICES[at];
    return answer.status === 'fulfilled' && service !== undefined ? [{ service, ...answer.value }] : [];
  });
  const rows = pages.flatMap(({ service, items }) => items.map((row): ServiceMessage => ({ ...row, service })));
  return {
    rows: rows.toSorted((a, b) => (a.event < b.event ? 1 : -1)),
    more: pages.some(({ nextCursor }) => nextCursor !== undefined),
    silent: SERVICES.filter((_service, at) => answers[at]?.status === 'rejected'),
  };
};

export interface RetriedAll {
  readonly digested: number;
  readonly failed: number;
}

/** Portions of one press of the button; each takes up to 200 messages. */
const MAX_PORTIONS = 50;

/** Tries all that these services set aside, each message once, service by service. */
export const retryEverything = async (
  api: Pick<NexusApi, 'retryMessages'>,
  services: readonly ServiceName[],
): Promise<RetriedAll> => {
  let sum: RetriedAll = { digested: 0, failed: 0 };
  for (const service of services) {
    let after: string | undefined;
    for (let portion = 0; portion < MAX_PORTIONS; portion += 1) {
      const { digested, failed, next } = await api.retryMessages(service, after);
      sum = { digested: sum.digested + digested, failed: sum.failed + failed };
      after = next;
      if (after === undefined) break;
    }
  }
  return sum;
};
