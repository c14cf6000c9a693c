import { describe, expect, jest, test } from '@jest/globals';
import { GaugeGroup } from './gauge-group.ts';
import { METRICS } from './metric-table.ts';
import { sample, type Sample } from './metric.ts';
import { createMetrics } from './metrics.ts';
import { outcomeOf, timed } from './outcome.ts';

const failed = (value: number): Sample => sample(METRICS.failedMessages, { service: 'sales' }, value);

describe('metrics', () => {
  test('durations and counts come out under their names and labels', async () => {
    const metrics = createMetrics();
    const labels = { service: 'sync', method: 'POST', route: '/journal', status: '2xx' };
    metrics.observe(METRICS.httpDuration, labels, 0.02);
    metrics.observe(METRICS.httpDuration, labels, 3);
    metrics.count(METRICS.eventsApplied, { service: 'inventory', source: 'sales', outcome: 'ok' }, 5);
    metrics.count(METRICS.eventsApplied, { service: 'inventory', source: 'sales', outcome: 'ok' }, 0);
    const text = await metrics.text();
    const route = 'service="sync",method="POST",route="/journal",status="2xx"';
    expect(text).toContain(`nexus_http_server_duration_seconds_bucket{le="0.025",${route}} 1`);
    expect(text).toContain(`nexus_http_server_duration_seconds_count{${route}} 2`);
    expect(text).toContain('nexus_events_applied_total{service="inventory",source="sales",outcome="ok"} 5');
  });

  test('a gauge that is not told of any more is gone, not frozen', async () => {
    const metrics = createMetrics();
    let samples = [failed(3)];
    metrics.gauges({ service: 'sales', name: 'failed', read: () => samples });
    expect(await metrics.text()).toContain('nexus_failed_messages{service="sales"} 3');
    samples = [];
    expect(await metrics.text()).not.toContain('nexus_failed_messages{');
  });

  test('services of one process stand beside each other, and a group that ended is not asked', async () => {
    const metrics = createMetrics();
    const end = metrics.gauges({ service: 'sales', name: 'failed', read: () => [failed(1)] });
    metrics.gauges({
      service: 'sync',
      name: 'failed',
      read: () => [sample(METRICS.failedMessages, { service: 'sync' }, 2)],
    });
    expect((await metrics.text()).match(/nexus_failed_messages\{/g)).toHaveLength(2);
    end();
    expect((await metrics.text()).match(/nexus_failed_messages\{/g)).toHaveLength(1);
  });

  test('a group that cannot be read is left out and counted; the others are there', async () => {
    const metrics = createMetrics();
    metrics.gauges({ service: 'sales', name: 'broken', read: () => Promise.reject(new Error('away')) });
    metrics.gauges({ service: 'sales', name: 'failed', read: () => [failed(1)] });
    const text = await metrics.text();
    expect(text).toContain('nexus_failed_messages{service="sales"} 1');
    expect(text).toContain('nexus_gauges_failed_total{service="sales",group="broken"} 1');
  });
});

describe('a group of gauges', () => {
  test('is read once for scrapes side by side, and not again while it is kept', async () => {
    const read = jest.fn(async () => Promise.resolve([failed(1)]));
    const group = new GaugeGroup({ service: 'sales', name: 'failed', read, keepMs: 60_000 }, () => undefined);
    await Promise.all([group.samples(), group.samples()]);
    await group.samples();
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('that hangs holds up a scrape for a moment only, and is not begun again meanwhile', async () => {
    const read = jest.fn(() => new Promise<Sample[]>(() => undefined));
    const failures = jest.fn();
    const group = new GaugeGroup({ service: 'sales', name: 'failed', read, timeoutMs: 5 }, failures);
    expect(await group.samples()).toEqual([]);
    expect(await group.samples()).toEqual([]);
    expect(read).toHaveBeenCalledTimes(1);
    expect(failures).toHaveBeenCalledTimes(2);
  });
});

describe('an outcome', () => {
  test('is a stable code or `error`: text of an error is never a label', () => {
    expect(outcomeOf(Object.assign(new Error('x'), { code: 'NX-3001' }))).toBe('NX-3001');
    expect(outcomeOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED tenant 7' }))).toBe('error');
    expect(outcomeOf('text')).toBe('error');
  });

  test('is told before the error goes on', async () => {
    const told = jest.fn();
    await expect(timed(() => Promise.reject(new Error('x')), told)).rejects.toThrow('x');
    expect(await timed(() => Promise.resolve(7), told)).toBe(7);
    expect(told.mock.calls.map(([outcome]) => outcome)).toEqual(['error', 'ok']);
  });
});

test('names are ours, and say their unit', () => {
  const all = Object.values(METRICS);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, kind, labels } of all) {
    expect(name).toMatch(/^nexus_[a-z_]+$/);
    expect(labels).toContain('service');
    expect(name.endsWith('_total')).toBe(kind === 'counter');
  }
});
