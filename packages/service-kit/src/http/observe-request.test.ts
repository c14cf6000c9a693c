import { expect, test } from '@jest/globals';
import { createMetrics } from '@nexus/telemetry';
import type { Response } from 'express';
import { noteStreamBegan, requestObserver } from './observe-request.ts';

const HOUR_MS = 3_600_000;
const answerOf = (fields: object): Response => ({ locals: {}, statusCode: 200, headersSent: true, ...fields }) as never;

async function secondsOf(response: Response): Promise<number> {
  const metrics = createMetrics();
  requestObserver(metrics, 'sync')('GET', response, performance.now() - HOUR_MS);
  return Number(/duration_seconds_sum\{[^}]*\} (\S+)/.exec(await metrics.text())?.[1]);
}

test('an event stream that somebody heard for an hour was answered when it began', async () => {
  const response = answerOf({ locals: { startedAt: performance.now() } });
  noteStreamBegan(response);
  expect(await secondsOf(response)).toBeLessThan(60);
  expect(await secondsOf(answerOf({}))).toBeGreaterThanOrEqual(HOUR_MS / 1_000);
});

test('who went away before an answer, and who asked by an unheard-of method, make no labels of their own', async () => {
  const metrics = createMetrics();
  requestObserver(metrics, 'sync')('PROPFIND', answerOf({ headersSent: false }), performance.now());
  expect(await metrics.text()).toContain('method="unknown",route="unknown",status="4xx"} 1');
});
