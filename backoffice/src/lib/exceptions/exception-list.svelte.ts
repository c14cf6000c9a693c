import type { ExceptionKind } from '@nexus/contracts';
import { createInfiniteQuery } from '@tanstack/svelte-query';
import type { NexusApi } from '../api/nexus-api.ts';
import { EXCEPTION_SERVICES, mergeExceptions, nextCursors, type ExceptionService } from './merge.ts';
import { askSources, fromTheStart, type Cursors } from './open-exceptions.ts';

const PAGE = 50;
const REFRESH_MS = 30_000;

/** All services' exceptions as one list that grows page by page; to be made while a component is set up. */
export const createExceptionList = (
  api: NexusApi,
  wanted: () => { open: boolean; kind: ExceptionKind | undefined; branch: string | null },
) => {
  const list = createInfiniteQuery(() => {
    const { open, kind } = wanted();
    return {
      queryKey: ['exceptions', open, kind],
      queryFn: ({ pageParam, signal }) => askSources(api, { open, kind, limit: PAGE }, pageParam, signal),
      initialPageParam: fromTheStart,
      getNextPageParam: (last) => nextCursors(last.pages) as Cursors | null,
      refetchInterval: REFRESH_MS,
    };
  });
  const sources = $derived(list.data?.pages.flatMap(({ pages }) => pages));
  const rows = $derived.by(() => {
    const { branch } = wanted();
    return sources && mergeExceptions(sources).filter((row) => branch === null || row.branch === branch);
  });
  /** Of each service only what it said last: an early failure may be mended by a later page. */
  const failed = $derived.by(() => {
    const seen = new Map<ExceptionService, unknown>();
    for (const page of list.data?.pages ?? []) for (const { service, error } of page.failed) seen.set(service, error);
    return EXCEPTION_SERVICES.flatMap((service) => (seen.has(service) ? [{ service, error: seen.get(service) }] : []));
  });
  return {
    query: list,
    get rows() {
      return rows;
    },
    get failed() {
      return failed;
    },
  };
};
