import { describe, expect, test } from '@jest/globals';
import type { ExceptionRow } from '@nexus/contracts';
import { ApiError } from '../api/api-error.ts';
import type { NexusApi } from '../api/nexus-api.ts';
import { detailRows } from './detail-rows.ts';
import { askSources, codesOf, countOpen, fromTheStart } from './open-exceptions.ts';

const row = (branch: string | null, severity: ExceptionRow['severity'] = 'warning') =>
  ({ id: 'e', branch, severity, raisedAt: '2026-11-21T00:00:00Z' }) as ExceptionRow;
const down = new ApiError({ code: 'NX-3001', title: 'A part of the platform is not available', status: 503 });
const api = (answers: Record<string, ExceptionRow[] | ApiError>): Pick<NexusApi, 'exceptions'> => ({
  exceptions: async (service) => {
    const answer = answers[service] ?? [];
    if (answer instanceof ApiError) throw answer;
    return { items: answer };
  },
});
const query = { open: true, limit: 200 };

describe('asking every service', () => {
  test('one that does not answer is named and the others are shown', async () => {
    const answer = await askSources(api({ sync: [row('b1')], sales: down }), query, fromTheStart);
    expect(answer.pages.map(({ service }) => service)).toEqual(['sync', 'inventory', 'catalog']);
    expect(answer.failed).toEqual([{ service: 'sales', error: down }]);
    expect(codesOf(answer.failed)).toBe('NX-3001');
  });

  test('only where none answers is it a failure', async () => {
    const none = api({ sync: down, sales: down, inventory: down, catalog: down });
    await expect(askSources(none, query, fromTheStart)).rejects.toBe(down);
  });

  test('counts what is open in a branch, and what is serious', async () => {
    const answer = await askSources(
      api({ sync: [row('b1', 'error'), row('b2')], sales: [row(null)] }),
      query,
      fromTheStart,
    );
    expect(countOpen(answer, null)).toMatchObject({ count: 3, serious: 1, more: false });
    expect(countOpen(answer, 'b2')).toMatchObject({ count: 1, serious: 0 });
  });
});

test('details are text, the subject first, and no more than a person reads', () => {
  expect(detailRows({ subject: 'x', detail: { at: 1, what: 'y', list: [1] } })).toEqual([
    ['About', 'x'],
    ['at', '1'],
    ['what', 'y'],
    ['list', '[1]'],
  ]);
  expect(
    detailRows({ subject: null, detail: Object.fromEntries(Array.from({ length: 99 }, (_, n) => [String(n), n])) }),
  ).toHaveLength(30);
});
