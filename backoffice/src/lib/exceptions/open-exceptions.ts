import type { ExceptionRow } from '@nexus/contracts';
import { explain } from '../api/explain.ts';
import type { NexusApi } from '../api/nexus-api.ts';
import { EXCEPTION_SERVICES, type ExceptionService, type SourcePage } from './merge.ts';

export interface FailedSource {
  readonly service: ExceptionService;
  readonly error: unknown;
}
export interface SourcesAnswer {
  readonly pages: readonly SourcePage[];
  readonly failed: readonly FailedSource[];
}

export interface ExceptionQuery {
  readonly open: boolean;
  readonly kind?: string | undefined;
  readonly limit: number;
}
/** Which services to ask, and from where; `undefined` is a list's beginning. */
export type Cursors = Partial<Record<ExceptionService, string | undefined>>;

export const fromTheStart: Cursors = Object.fromEntries(EXCEPTION_SERVICES.map((service) => [service, undefined]));

/**
 * Asks several services side by side. One that does not answer is named, and the others are shown; only where none
 * answers is the whole question a failure.
 */
export const askSources = async (
  api: Pick<NexusApi, 'exceptions'>,
  query: ExceptionQuery,
  cursors: Cursors,
  signal?: AbortSignal,
): Promise<SourcesAnswer> => {
  const services = Object.keys(cursors) as ExceptionService[];
  const answers = await Promise.allSettled(
    services.map((service) =>
      api.exceptions(
        service,
        { limit: query.limit, open: String(query.open), kind: query.kind, cursor: cursors[service] },
        signal,
      ),
    ),
  );
  const pages: SourcePage[] = [];
  const failed: FailedSource[] = [];
  for (const [index, service] of services.entries()) {
    const answer = answers[index];
    if (answer?.status === 'fulfilled') pages.push({ service, ...answer.value });
    else if (answer !== undefined) failed.push({ service, error: answer.reason });
  }
  signal?.throwIfAborted();
  if (pages.length === 0 && failed[0] !== undefined) throw failed[0].error;
  return { pages, failed };
};

export interface OpenCount {
  readonly count: number;
  readonly serious: number;
  /** There are more than were counted. */
  readonly more: boolean;
  readonly failed: readonly FailedSource[];
}

const sees = (branch: string | null) => (row: ExceptionRow) => branch === null || row.branch === branch;

export const countOpen = ({ pages, failed }: SourcesAnswer, branch: string | null): OpenCount => {
  const rows = pages.flatMap(({ items }) => items).filter(sees(branch));
  return {
    count: rows.length,
    serious: rows.filter(({ severity }) => severity === 'error').length,
    more: pages.some(({ nextCursor }) => nextCursor !== undefined),
    failed,
  };
};

/** Codes of what failed, for the line that says the list is not whole. */
export const codesOf = (failed: readonly FailedSource[]): string =>
  [...new Set(failed.map(({ error }) => explain(error).code ?? '?'))].join(', ');
