import { describe, expect, test } from '@jest/globals';
import type { ExceptionRow } from '@nexus/contracts';
import fc from 'fast-check';
import { EXCEPTION_SERVICES, mergeExceptions, nextCursors, type SourcePage } from './merge.ts';

const row = (id: string, raisedAt: string): ExceptionRow => ({
  id,
  kind: 'gap',
  severity: 'warning',
  branch: null,
  terminal: null,
  subject: null,
  detail: {},
  raisedAt,
  settledAt: null,
  settledBy: null,
  note: null,
});
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21) + minute * 60_000).toISOString();
const ids = (pages: readonly SourcePage[]) => mergeExceptions(pages).map(({ id }) => id);

describe('exceptions of several services as one list', () => {
  test('newest first, each with its service', () => {
    const pages: SourcePage[] = [
      { service: 'sync', items: [row('s2', at(5)), row('s1', at(1))] },
      { service: 'sales', items: [row('a1', at(3))] },
    ];
    expect(mergeExceptions(pages).map(({ id, service }) => `${service}/${id}`)).toEqual([
      'sync/s2',
      'sales/a1',
      'sync/s1',
    ]);
  });

  test('a row waits until no service can have one before it in a page that was not asked for', () => {
    const first: SourcePage[] = [
      { service: 'sync', items: [row('s9', at(9)), row('s8', at(8))], nextCursor: 'c' },
      { service: 'sales', items: [row('a1', at(1))] },
    ];
    expect(ids(first)).toEqual(['s9', 's8']);
    expect(ids([...first, { service: 'sync', items: [row('s2', at(2))] }])).toEqual(['s9', 's8', 's2', 'a1']);
  });

  test('asks on only where there is more', () => {
    expect(
      nextCursors([
        { service: 'sync', items: [], nextCursor: 'c' },
        { service: 'sales', items: [] },
      ]),
    ).toEqual({ sync: 'c' });
    expect(nextCursors([{ service: 'sales', items: [] }])).toBeNull();
  });

  test('read page by page, it is the whole list in order and never changes what was already read', () => {
    const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 30 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 7 }), (minutes, size) => {
        const sources = EXCEPTION_SERVICES.map((service, index) => ({
          service,
          rows: (minutes[index] ?? [])
            .toSorted((a, b) => b - a)
            .map((minute) => row(`${service}-${String(minute).padStart(3, '0')}`, at(minute))),
        }));
        const page = (service: (typeof sources)[number], from: number): SourcePage => ({
          service: service.service,
          items: service.rows.slice(from, from + size),
          ...(from + size < service.rows.length ? { nextCursor: String(from + size) } : {}),
        });
        let pages = sources.map((source) => page(source, 0));
        const all: SourcePage[] = [...pages];
        let shown = ids(all);
        for (let cursors = nextCursors(pages); cursors !== null; cursors = nextCursors(pages)) {
          pages = sources
            .filter(({ service }) => cursors?.[service] !== undefined)
            .map((source) => page(source, Number(cursors?.[source.service])));
          all.push(...pages);
          const now = ids(all);
          expect(now.slice(0, shown.length)).toEqual(shown);
          shown = now;
        }
        expect(shown).toHaveLength(sources.reduce((sum, { rows }) => sum + rows.length, 0));
      }),
    );
  });
});
