import { expect, test } from '@jest/globals';
import { MAX_IDLE_MS } from '@nexus/edge';
import { chartSettings, ENVIRONMENTS, readChartSettings, type ChartTexts } from './chart-settings.ts';

const texts: ChartTexts = {
  values: [
    'shutdown: {drainMs: 1, stopGraceMs: 2, stopTimeoutMs: 3, terminationGracePeriodSeconds: 4}\nprocessDefaults: {startupSeconds: 100}',
    'shutdown: {drainMs: 9}',
  ],
  pod: `
    startupProbe:
      httpGet: {path: /startupz, port: http}
      periodSeconds: 2
      timeoutSeconds: 2
      failureThreshold: {{ div (int $values.startupSeconds) 2 }}
    readinessProbe:
      httpGet: {path: /readyz, port: http}
      periodSeconds: 5
      timeoutSeconds: 3
      failureThreshold: 2
    resources: {{ x }}`,
  deployments: 'a:\n  rollingUpdate:\n    # new first\n    maxSurge: 1\n    maxUnavailable: 0\n  selector: {{ x }}',
};

test('later values win, a probe is read out of its template', () => {
  expect(chartSettings(texts)).toEqual({
    drainMs: 9,
    stopGraceMs: 2,
    stopTimeoutMs: 3,
    terminationGraceMs: 4_000,
    startup: { path: '/startupz', periodMs: 2_000, timeoutMs: 2_000, failureThreshold: 50 },
    readiness: { path: '/readyz', periodMs: 5_000, timeoutMs: 3_000, failureThreshold: 2 },
  });
});

test('a chart that replaces pods otherwise, or says a probe otherwise, is not imitated', () => {
  const otherwise = (from: RegExp, to: string, where: 'pod' | 'deployments') => () =>
    chartSettings({ ...texts, [where]: texts[where].replace(from, to) });
  expect(otherwise(/maxUnavailable: 0/, 'maxUnavailable: 1', 'deployments')).toThrow();
  expect(otherwise(/maxSurge: 1/, 'maxSurge: 2', 'deployments')).toThrow();
  expect(otherwise(/maxSurge: 1/, 'maxSurge: {{ .Values.surge }}', 'deployments')).toThrow('not understood');
  expect(
    otherwise(/maxSurge: 1/, 'maxSurge: {{ ternary "100%" 1 (eq $row.kind "worker") }}', 'deployments'),
  ).not.toThrow();
  expect(otherwise(/periodSeconds: 5/, 'periodSeconds: {{ .Values.x }}', 'pod')).toThrow('not understood');
  expect(otherwise(/readinessProbe/, 'readyProbe', 'pod')).toThrow('no readinessProbe');
});

test.each(ENVIRONMENTS)(
  'the real chart with the values of %s is understood, and a drain is longer than nothing',
  (one) => {
    const chart = readChartSettings(one);
    // The edge has closed by then what it had open to a pod that stops.
    expect(chart.drainMs).toBeGreaterThan(MAX_IDLE_MS);
    // A pod that uses all the time it is given is not killed.
    expect(chart.terminationGraceMs).toBeGreaterThan(chart.stopTimeoutMs);
    expect(chart.stopTimeoutMs).toBeGreaterThan(chart.drainMs + chart.stopGraceMs);
  },
);
