import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { METRICS } from '@nexus/telemetry';
import { dashboards } from './dashboards/index.ts';
import { ALERT_TESTS, ALERTS, CHECKOUT, dashboardFiles, DASHBOARDS, RUNBOOKS } from './files.ts';
import { exposedNames, namesIn } from './metric-names.ts';
import { kebab, readAlertCases, readAlerts } from './rules.ts';

const alerts = readAlerts();
const queries = dashboards.flatMap(({ uid, rows }) =>
  rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => ({ uid, expr })))),
);

describe('names', () => {
  test('are found in an expression, whatever stands around them', () => {
    expect(
      namesIn(
        `sum by (le, a) (rate(nexus_x_bucket{b="c_d"}[5m])) / on (e) group_left up offset 30m and max(f:g) > 1e3`,
      ),
    ).toEqual(['nexus_x_bucket', 'up', 'f:g']);
  });

  test.each(alerts.map(({ alert, expr }) => [alert, expr]))(
    'in alert %s are exposed by processes',
    async (_a, expr) => {
      const exposed = await exposedNames();
      expect(namesIn(expr)).not.toEqual([]);
      expect(namesIn(expr).filter((name) => !exposed.has(name))).toEqual([]);
    },
  );

  test('in dashboards are exposed by processes', async () => {
    const exposed = await exposedNames();
    const strange = queries.filter(({ expr }) => namesIn(expr).some((name) => !exposed.has(name)));
    expect(strange).toEqual([]);
  });

  test('of our own are all recorded by some code, and all shown', () => {
    const sources = globSync(['packages/*/src/**/*.ts', 'services/*/src/**/*.ts', 'workflows/src/**/*.ts'], {
      cwd: CHECKOUT,
    }).filter((path) => !path.endsWith('.test.ts'));
    const code = sources.map((path) => readFileSync(join(CHECKOUT, path), 'utf8')).join('\n');
    const shown = new Set([...alerts, ...queries].flatMap(({ expr }) => namesIn(expr)));
    for (const [key, { name, kind }] of Object.entries(METRICS)) {
      expect(code).toMatch(new RegExp(`METRICS\\.${key}\\b`));
      expect(kind === 'histogram' ? shown.has(`${name}_count`) || shown.has(`${name}_bucket`) : shown.has(name)).toBe(
        true,
      );
    }
  });
});

describe('each alert', () => {
  test.each(alerts.map((alert) => [alert.alert, alert] as const))('%s leads to its runbook', (name, alert) => {
    expect(Object.keys(alert.annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
    expect(['critical', 'warning']).toContain(alert.labels.severity);
    expect(alert.annotations.runbook_url).toBe(`docs/runbooks/${kebab(name)}.md`);
    const runbook = readFileSync(join(RUNBOOKS, `${kebab(name)}.md`), 'utf8');
    expect(runbook.split('\n')[0]).toBe(`# ${name}`);
    for (const part of ['## What it means', '## Look', '## Do']) expect(runbook).toContain(part);
  });

  test('has one runbook, and each runbook an alert', () => {
    const books = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
    expect(books.sort()).toEqual(alerts.map(({ alert }) => `${kebab(alert)}.md`).sort());
  });

  test('is tested: when it fires, and when not', () => {
    const cases = readAlertCases();
    for (const { alert } of alerts) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      expect([alert, own.map(({ exp_alerts: expected }) => expected.length > 0).includes(true)]).toEqual([alert, true]);
      expect([alert, own.map(({ exp_alerts: expected }) => expected.length > 0).includes(false)]).toEqual([
        alert,
        true,
      ]);
    }
  });
});

describe('dashboards', () => {
  test('in the chart are those described here', () => {
    const files = dashboardFiles();
    expect(
      readdirSync(DASHBOARDS)
        .map((name) => join(DASHBOARDS, name))
        .sort(),
    ).toEqual([...files.keys()].sort());
    for (const [path, text] of files) expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('say at each panel what one sees', () => {
    for (const { rows } of dashboards)
      for (const { panels } of rows) for (const { help } of panels) expect(help.length).toBeGreaterThan(5);
  });
});

/** Where Debian puts it. */
const installed = ['/usr/bin/promtool', '/usr/local/bin/promtool'].some((path) => existsSync(path));
const promtool = (...args: string[]): string => {
  const { stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return stdout + stderr;
};

describe(installed ? 'promtool' : 'promtool: skipped, not installed here (Debian package prometheus)', () => {
  const where = installed ? test : test.skip;

  where('takes the rules', () => {
    expect(promtool('check', 'rules', ALERTS)).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  where('sees each alert fire and be silent as it should', () => {
    for (const path of ALERT_TESTS) expect(promtool('test', 'rules', path)).toMatch(/SUCCESS\s*$/);
  });

  where('takes every expression of the dashboards', () => {
    const directory = mkdtempSync(join(tmpdir(), 'nexus-dashboards-'));
    const rules = queries.map(({ expr }, index) => ({ record: `dashboards:query${index}`, expr }));
    const file = join(directory, 'queries.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
    expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${rules.length} rules found`);
    rmSync(directory, { recursive: true });
  });
});
