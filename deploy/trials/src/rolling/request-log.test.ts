import { expect, test } from '@jest/globals';
import { breakOf, refusalOf, RequestLog } from './request-log.ts';

test('every request is counted by client and by what was going on when it ended', () => {
  const log = new RequestLog('before');
  log.note('till', 'POST /a');
  log.enter('sync');
  log.note('till', 'POST /a', '502 NX-3005');
  log.note('reader', 'GET /b');
  expect(log.during('before')).toEqual({ requests: 1, failed: 0 });
  expect(log.during('sync')).toEqual({ requests: 2, failed: 1 });
  expect(log.during('never')).toEqual({ requests: 0, failed: 0 });
  expect(log.total).toEqual({ requests: 3, failed: 1 });
  expect(log.clients).toEqual([
    ['reader', { requests: 1, failed: 0 }],
    ['till', { requests: 2, failed: 1 }],
  ]);
  expect(log.failures).toMatchObject([{ client: 'till', what: 'POST /a', how: '502 NX-3005', phase: 'sync' }]);
});

test('of very many failures all are counted and some are kept', () => {
  const log = new RequestLog('x');
  for (let n = 0; n < 1_000; n += 1) log.note('till', 'POST /a', '503');
  expect([log.total.failed, log.failures.length]).toEqual([1_000, 100]);
});

test('what broke is named by its innermost reason, a refusal by status and code', () => {
  const reset = Object.assign(new Error('read'), { code: 'ECONNRESET' });
  expect(breakOf(new TypeError('fetch failed', { cause: reset }))).toBe('ECONNRESET');
  expect(breakOf(new Error('no answer'))).toBe('Error: no answer');
  expect(breakOf('odd')).toBe('odd');
  expect(refusalOf(502, '{"title":"x","code":"NX-3005"}')).toBe('502 NX-3005');
  expect(refusalOf(404, '<html>')).toBe('404');
});
