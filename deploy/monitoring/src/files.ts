import { join, resolve } from 'node:path';
import { grafanaOf } from './dashboard.ts';
import { dashboards } from './dashboards/index.ts';

export const CHECKOUT = resolve(import.meta.dirname, '../../..');
export const ALERTS = join(CHECKOUT, 'helm/nexus/files/alerts.yaml');
export const ALERT_TESTS = ['alerts.test.yaml', 'alerts-weekly.test.yaml'].map((name) =>
  join(CHECKOUT, 'deploy/monitoring', name),
);
export const DASHBOARDS = join(CHECKOUT, 'helm/nexus/files/dashboards');
export const RUNBOOKS = join(CHECKOUT, 'docs/runbooks');

/** The files that the chart takes, by path: what the descriptions in `dashboards/` become. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
  new Map(
    dashboards.map((dashboard) => [
      join(DASHBOARDS, `${dashboard.uid}.json`),
      `${JSON.stringify(grafanaOf(dashboard), null, 2)}\n`,
    ]),
  );
