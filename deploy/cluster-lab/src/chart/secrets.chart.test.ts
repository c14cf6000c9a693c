import { beforeAll, expect, test } from '@jest/globals';
import { newSecrets, NEXUS } from '@nexus/cluster';
import { settingsOf } from '../arrows/settings.ts';
import { provideChartTools } from '../tools/tools.ts';
import { workloadsOf, type Workload } from './manifests.ts';
import { render } from './render.ts';

let workloads: readonly Workload[] = [];
beforeAll(async () => {
  const { helm } = await provideChartTools(console.log);
  const set = { 'telemetry.otlp.enabled': 'true' };
  workloads = workloadsOf(await render(helm, { name: 'staging with traces', environment: 'staging', set }));
});

/** Made from a running cluster’s own, after the databases: docs/cluster.md. */
const COPIED = ['nexus-postgres-ca'];

test('deploy/cluster makes each Secret, with each key, that the chart’s pods want', () => {
  const made = newSecrets('{}', 'http://collector:4318').filter(({ metadata }) => metadata.namespace === NEXUS);
  const keys = new Set(
    made.flatMap(({ metadata, stringData }) => Object.keys(stringData).map((key) => `${metadata.name}/${key}`)),
  );
  const wanted = workloads.flatMap(({ containers }) =>
    containers.flatMap(({ env }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter(({ name, key }) => !keys.has(`${name}/${key}`))).toEqual([]);
  const mounted = workloads.flatMap(({ pod }) => pod.volumes.flatMap(({ secret }) => secret?.secretName ?? []));
  const names = new Set([...made.map(({ metadata }) => metadata.name), ...COPIED]);
  expect(mounted.filter((name) => !names.has(name))).toEqual([]);
});

test('no process can read a secret that is not its own', () => {
  const deployments = workloads.filter(({ kind, component }) => kind === 'Deployment' && component !== 'pgbouncer');
  for (const { component, containers } of deployments) {
    const secrets = containers.flatMap(({ env }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
    );
    expect(secrets.filter((name) => name !== `nexus-${component}`)).toEqual([]);
  }
  // The edge, which anybody reaches, has none at all.
  expect(settingsOf('edge').filter(({ secret }) => secret)).toEqual([]);
});

test('passwords are safe in an address, and different', () => {
  const passwords = newSecrets('{}', undefined).flatMap(({ stringData }) =>
    Object.entries(stringData)
      .filter(([key]) => key.endsWith('password'))
      .map(([, value]) => value),
  );
  for (const password of passwords) expect(password).toMatch(/^[a-z][0-9a-f]{48}$/);
  // All but that of NATS and of Keycloak’s database, which several read.
  expect(new Set(passwords).size).toBe(passwords.length - 7);
});
