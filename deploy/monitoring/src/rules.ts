import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ALERT_TESTS, ALERTS } from './files.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The rules of the chart. */
export const readAlerts = (): readonly Alert[] =>
  (parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);

export interface AlertCase {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

/** What promtool is told to expect. */
export const readAlertCases = (): readonly AlertCase[] =>
  ALERT_TESTS.flatMap(
    (path) => (parse(readFileSync(path, 'utf8')) as { tests: { alert_rule_test: AlertCase[] }[] }).tests,
  ).flatMap(({ alert_rule_test: cases }) => cases);

/** `NexusReplayStuck` → `nexus-replay-stuck`. */
export const kebab = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
