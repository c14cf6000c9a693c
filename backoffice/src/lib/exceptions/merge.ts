import type { ExceptionRow } from '@nexus/contracts';

/** Services that raise exceptions, and so have a list of them. */
export const EXCEPTION_SERVICES = ['sync', 'sales', 'inventory', 'catalog'] as const;
export type ExceptionService = (typeof EXCEPTION_SERVICES)[number];

export interface SourcePage {
  readonly service: ExceptionService;
  readonly items: readonly ExceptionRow[];
  /** Present where the service has more. */
  readonly nextCursor?: string | undefined;
}
export type MergedException = ExceptionRow & { readonly service: ExceptionService };

/**
 * Lists of several services, newest first each, as one list. A row is shown only once no service can still have an
 * earlier-placed one in a page that was not asked for, so that "more" never puts rows between rows already read.
 */
export const mergeExceptions = (pages: readonly SourcePage[]): MergedException[] => {
  const last = new Map<ExceptionService, SourcePage>(pages.map((page) => [page.service, page]));
  const horizon = [...last.values()]
    .filter((page) => page.nextCursor !== undefined)
    .reduce((newest, page) => {
      const end = page.items.at(-1)?.raisedAt ?? '';
      return end > newest ? end : newest;
    }, '');
  return pages
    .flatMap(({ service, items }) => items.map((row) => ({ ...row, service })))
    .filter((row) => row.raisedAt >= horizon)
    .sort((a, b) => (a.raisedAt === b.raisedAt ? (a.id < b.id ? 1 : -1) : a.raisedAt < b.raisedAt ? 1 : -1));
};

/** Where each service's next page begins; null when all were read to the end. */
export const nextCursors = (pages: readonly SourcePage[]): Partial<Record<ExceptionService, string>> | null => {
  const cursors = Object.fromEntries(
    pages.flatMap(({ service, nextCursor }) => (nextCursor === undefined ? [] : [[service, nextCursor]])),
  ) as Partial<Record<ExceptionService, string>>;
  return Object.keys(cursors).length === 0 ? null : cursors;
};
