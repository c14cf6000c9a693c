import { beforeAll, describe, expect, test } from '@jest/globals';
import { render } from '../chart/render.ts';
import type { Manifest } from '../chart/manifests.ts';
import { valuesOf, type Variant } from '../chart/values-files.ts';
import { provideChartTools } from '../tools/tools.ts';
import { POLICIES, rendered } from './index.ts';
import { allowedArrows, networkValuesSchema } from './network.ts';
import { broken, type Break } from './test-support/break.ts';
import { wantedArrows } from './wanted-arrows.ts';

const STAGING: Variant = { name: 'staging', environment: 'staging' };
let staging: Manifest[] = [];
beforeAll(async () => {
  const { helm } = await provideChartTools(console.log);
  staging = await render(helm, STAGING);
});

const SALES = 'Deployment nexus-sales';
const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.0`;
const SETTINGS = 'ConfigMap nexus-sales';
const PROMOTE = 'Job nexus-promote-workflows';
const [HOOK, WEIGHT] = ['helm.sh/hook', 'helm.sh/hook-weight'] as const;
const elsewhere = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'elsewhere' } } }];

/** Policy, words of its complaint, object, path, value. All of them are green on what the chart renders. */
const BROKEN: [keyof typeof POLICIES, string, string, string, unknown?][] = [
  ['security', 'may run as root', SALES, `${POD}.securityContext.runAsNonRoot`, false],
  ['security', 'may run as root', SALES, `${POD}.securityContext.runAsUser`, 0],
  ['security', 'has no seccomp profile', SALES, `${POD}.securityContext.seccompProfile`],
  ['security', 'gets a token of the API server', SALES, `${POD}.automountServiceAccountToken`],
  ['security', 'shares a namespace', SALES, `${POD}.hostNetwork`, true],
  ['security', 'mounts a folder of its node', SALES, `${POD}.volumes.+`, { name: 'x', hostPath: { path: '/' } }],
  ['security', 'may fill the disk', SALES, `${POD}.volumes.+`, { name: 'x', emptyDir: {} }],
  ['security', 'may gain privileges', SALES, `${CONTAINER}.securityContext.allowPrivilegeEscalation`],
  ['security', 'may write to its image', SALES, `${CONTAINER}.securityContext.readOnlyRootFilesystem`, false],
  ['security', 'keeps capabilities', SALES, `${CONTAINER}.securityContext.capabilities.drop`, ['NET_RAW']],
  ['resources', 'has no limits of memory', SALES, `${CONTAINER}.resources.limits.memory`],
  ['resources', 'has no requests of cpu', SALES, `${CONTAINER}.resources.requests`],
  ['resources', 'has a heap of 768 MiB in 800Mi', SALES, `${CONTAINER}.resources.limits.memory`, '800Mi'],
  ['probes', 'has no startup probe', SALES, `${CONTAINER}.startupProbe`],
  ['probes', 'has no readiness probe', SALES, `${CONTAINER}.readinessProbe`],
  ['probes', 'is killed by what /readyz says', SALES, `${CONTAINER}.livenessProbe.httpGet.path`, '/readyz'],
  ['probes', 'closes its doors before anybody knows', SETTINGS, 'data.NEXUS_DRAIN_MS', '0'],
  ['probes', 'gives its requests more time', SETTINGS, 'data.NEXUS_STOP_GRACE_MS', '50000'],
  ['probes', 'is killed before its own stop is over', SALES, `${POD}.terminationGracePeriodSeconds`, 30],
  ['images', 'whatever that is today', SALES, `${CONTAINER}.image`, 'nexus/sales:latest'],
  ['images', 'whatever that is today', SALES, `${CONTAINER}.image`, 'registry:5000/nexus/sales'],
  ['secrecy', 'holds the secret NEXUS_DATABASE_URL', SETTINGS, 'data.NEXUS_DATABASE_URL', 'x'],
  ['secrecy', 'holds the secret NOTE', SETTINGS, 'data.NOTE', 'nats://me:hunter2@nats:4222'],
  ['secrecy', 'in the open', SALES, `${CONTAINER}.env.+`, { name: 'X', value: 'postgresql://a:b@c/d' }],
  ['disruption', 'no disruption budget', 'PodDisruptionBudget nexus-sales', ''],
  ['disruption', 'exactly one pod', 'PodDisruptionBudget nexus-sales', 'spec.maxUnavailable', 0],
  ['disruption', 'is not spread', SALES, `${POD}.topologySpreadConstraints`],
  ['disruption', 'although it is scaled', SALES, 'spec.replicas', 2],
  ['disruption', 'scales what is not there', SALES, ''],
  ['environment', 'NEXUS_DATBASE_POOL, which the process does not know', SETTINGS, 'data.NEXUS_DATBASE_POOL', '9'],
  ['environment', 'does not set NEXUS_TEMPORAL', 'Deployment nexus-sales', `${CONTAINER}.envFrom`],
  ['environment', 'does not set NEXUS_PROVISIONER_DATABASE_URL', SALES, `${CONTAINER}.env.4`],
  ['environment', 'leaves a variable in NEXUS_DATABASE_URL unresolved', SALES, `${CONTAINER}.env.1`],
  ['environment', 'NEXUS_HTTP_PORT', SETTINGS, 'data.NEXUS_HTTP_PORT', 'many'],
  ['environment', 'there is no Deployment sales', SALES, ''],
  ['references', 'runs as nexus-nobody', SALES, `${POD}.serviceAccountName`, 'nexus-nobody'],
  ['references', 'wants the ConfigMap', SETTINGS, ''],
  ['references', 'stands before 0 workloads', SALES, ''],
  ['references', 'has nothing behind metrics', SALES, `${CONTAINER}.ports.1`],
  ['references', 'leads / nowhere', 'Service nexus-edge', ''],
  ['references', 'is there twice', SETTINGS, 'metadata.name', 'nexus-sync'],
  ['migrations', 'sales has not exactly one Job with --shared', 'Job nexus-migrate-shared-sales', ''],
  ['migrations', 'starts --shared', 'Job nexus-migrate-shared-sales', `${CONTAINER}.args`, ['--shared']],
  ['promotion', 'there is not exactly one Job', 'Job nexus-promote-workflows', ''],
  [
    'promotion',
    'does not run at pre-rollback',
    PROMOTE,
    'metadata.annotations',
    { [HOOK]: 'pre-install,pre-upgrade', [WEIGHT]: '15' },
  ],
  [
    'promotion',
    'runs before the migrations',
    PROMOTE,
    'metadata.annotations',
    { [HOOK]: 'pre-install,pre-upgrade,pre-rollback', [WEIGHT]: '-20' },
  ],
  ['promotion', 'names 0.9.9', PROMOTE, `${CONTAINER}.env.1`, { name: 'NEXUS_BUILD_ID', value: '0.9.9' }],
  ['promotion', 'is of another image', PROMOTE, `${CONTAINER}.image`, 'nexus/workflows:0.9.9'],
  ['promotion', 'take the work unasked', 'ConfigMap nexus-workflows', 'data.NEXUS_WORKER_VERSIONING', 'self'],
  ['environment', 'does not set NEXUS_BUILD_ID', PROMOTE, `${CONTAINER}.env`, []],
  ['environment', 'does not set NEXUS_PROVISIONER', 'Job nexus-migrate-shared-sales', `${CONTAINER}.env`, []],
  [
    'environment',
    'sets NEXUS_WAIT',
    'Job nexus-migrate-shared-sales',
    `${CONTAINER}.env.+`,
    { name: 'NEXUS_WAIT', value: '1' },
  ],
];

describe('each policy notices', () => {
  const cases = BROKEN.map(([policy, words, object, path, value]) => ({ policy, words, object, path, value }));
  test.each(cases)('$policy: $words', ({ policy, words, object, path, value }) => {
    const found = POLICIES[policy]!(rendered(broken(staging, { object, path, value })));
    expect(found.join('\n')).toContain(words);
  });
});

describe('the arrows notice', () => {
  const values = () => networkValuesSchema.parse(valuesOf(STAGING)['networkPolicy']);
  const after = (change: Break) => {
    const objects = broken(staging, change);
    const allowed = allowedArrows(objects, values());
    const wanted = wantedArrows(rendered(objects), values());
    return {
      missing: [...wanted].filter((arrow) => !allowed.arrows.has(arrow)),
      unused: [...allowed.arrows].filter((arrow) => !wanted.has(arrow)),
      halves: allowed.halves,
      closed: allowed.closed,
    };
  };

  test('that one is missing', () => {
    const { missing } = after({ object: 'NetworkPolicy nexus-workflows', path: 'spec.egress', value: [] });
    expect(missing).toEqual(['workflows → nats:4222', 'workflows → temporal:7233', 'workflows → dns:53']);
  });

  test('that one is of no use', () => {
    const rule = { to: values().engines.keycloak.to, ports: [{ protocol: 'TCP', port: 8080 }] };
    const { unused } = after({ object: 'NetworkPolicy nexus-sales', path: 'spec.egress.+', value: rule });
    expect(unused).toEqual(['sales → keycloak:8080']);
  });

  test('that a service does not let in whom another may reach', () => {
    const found = after({ object: 'NetworkPolicy nexus-sales', path: 'spec.ingress.0' });
    expect(found).toMatchObject({ missing: ['edge → sales:8080'], halves: ['edge → sales:8080'] });
  });

  test.each([
    ['everybody', [{ podSelector: {} }]],
    ['somebody from elsewhere', elsewhere],
  ])('that %s is let in', (_who, from) => {
    const change = { object: 'NetworkPolicy nexus-sales', path: 'spec.ingress.0.from', value: from };
    expect(() => after(change)).toThrow('nobody we know');
  });

  test('that a process is told an address that it may not reach', () => {
    const env = { name: 'NEXUS_OTLP_URL', value: 'http://collector:4318' };
    const { missing } = after({ object: SALES, path: `${CONTAINER}.env.+`, value: env });
    expect(missing).toEqual(['sales → collector:4318']);
  });

  test('that nothing is closed by default', () => {
    expect(after({ object: 'NetworkPolicy nexus-default-deny', path: '' }).closed).toBe(false);
  });
});
