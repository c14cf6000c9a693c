import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '@nexus/local/process';
import { NAMESPACE, RELEASE } from '../chart/render.ts';
import type { Variant } from '../chart/values-files.ts';
import { list, type Client } from '../control-plane/kubectl.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { deploymentsOf, isReady, podsOf, release, restrictedNamespace } from './release.ts';

/*
 * One release through its life, on a real API server with nodes that pretend. The tests stand in the order in which they
 * happen, each on what the former left.
 */

const STAGING: Variant = { name: 'staging', environment: 'staging' };
const IN_TIME = ['--timeout', '240s'];
/** Long enough for what is right to become ready; what never will needs no more. */
const NOT_LONG = ['--timeout', '15s'];
const MINUTES = 60_000;

const withTag = (tag: string, set: Readonly<Record<string, string>> = {}): Variant => ({
  ...STAGING,
  set: { 'image.tag': tag, ...set },
});

let cluster: ControlPlane;
let client: Client;
beforeAll(async () => {
  cluster = await startControlPlane('release', console.log);
  ({ client } = cluster);
  await client.apply([restrictedNamespace(NAMESPACE)]);
}, 10 * MINUTES);
afterAll(() => cluster?.stop(), MINUTES);

/** All its pods and no others: what makes room is still there for a moment after Helm is content. */
const settled = async (): Promise<boolean> =>
  (await deploymentsOf(client)).every(({ spec, status }) => status.availableReplicas === spec.replicas);

async function expectAllAt(tag: string): Promise<void> {
  await waitUntil(settled, { what: 'the wanted number of pods', timeoutMs: MINUTES });
  const ours = (await deploymentsOf(client)).filter(({ metadata }) => metadata.name !== 'nexus-pgbouncer');
  expect(ours).toHaveLength(7);
  for (const { metadata, spec } of ours) {
    expect(spec.template.spec.containers[0]?.image).toBe(`nexus/${metadata.name.replace(/^nexus-/, '')}:${tag}`);
    expect(spec.replicas).toBeGreaterThanOrEqual(2);
  }
}

interface Revision {
  readonly revision: number;
  readonly status: string;
}
const history = async (): Promise<readonly Revision[]> =>
  JSON.parse(
    (await client.helm(['history', RELEASE, '--namespace', NAMESPACE, '--output', 'json'])).stdout,
  ) as Revision[];

/** Names of Jobs that ended well, one for each time. */
const completedJobs = async (): Promise<readonly string[]> => {
  const which = ['--namespace', NAMESPACE, '--field-selector', 'reason=Completed'];
  const output = ['--output', 'jsonpath={.items[*].involvedObject.name}'];
  return (await client.kubectl(['get', 'events', ...which, ...output])).split(' ');
};
/** How often a build of the workflows was named, and which one the release names that is there now. */
async function namedBuilds(): Promise<{ readonly times: number; readonly last: string | undefined }> {
  const { stdout } = await client.helm(['get', 'hooks', RELEASE, '--namespace', NAMESPACE]);
  const last = /name: NEXUS_BUILD_ID\s+value: "?([^"\s]+)/.exec(stdout)?.[1];
  return { times: (await completedJobs()).filter((name) => name === 'nexus-promote-workflows').length, last };
}

describe('a release', () => {
  test(
    'is installed: migrations first, then everything becomes ready',
    async () => {
      const { code, stderr, stdout } = await release(client, withTag('1.0.0'), IN_TIME);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('https://staging.nexus.example.com');
      await expectAllAt('1.0.0');
      // Hooks that went well are tidied away; only their account stays.
      expect(await client.kubectl(['get', 'jobs', '--namespace', NAMESPACE, '--output', 'name'])).toBe('');
      const events = await completedJobs();
      for (const service of ['identity', 'catalog', 'sync', 'sales', 'inventory']) {
        expect(events).toContain(`nexus-migrate-shared-${service}`);
        expect(events).toContain(`nexus-migrate-tenants-${service}`);
      }
      expect(await namedBuilds()).toEqual({ times: 1, last: '1.0.0' });
    },
    6 * MINUTES,
  );

  test('spreads the pods of each process over the nodes', async () => {
    const nodes = (await podsOf(client, 'sales')).map(({ spec }) => spec.nodeName);
    expect(new Set(nodes).size).toBe(nodes.length);
  });

  test(
    'is upgraded without a moment with fewer pods than before',
    async () => {
      let least = Number.POSITIVE_INFINITY;
      const watching = new AbortController();
      const watch = (async () => {
        while (!watching.signal.aborted)
          least = Math.min(least, (await podsOf(client, 'sales')).filter(isReady).length);
      })();
      const { code, stderr } = await release(client, withTag('1.1.0'), IN_TIME);
      watching.abort();
      await watch;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await expectAllAt('1.1.0');
      expect(least).toBeGreaterThanOrEqual(2);
    },
    6 * MINUTES,
  );

  test(
    'that never becomes ready is rolled back, and nobody noticed',
    async () => {
      // More than any node has: its pods wait for ever, the old ones stay.
      const hungry = {
        'processes.sales.resources.requests.cpu': '64000m',
        'processes.sales.resources.limits.cpu': '64000m',
      };
      const { code, stderr } = await release(client, withTag('1.2.0', hungry), ['--atomic', ...NOT_LONG]);
      expect(code).not.toBe(0);
      expect(stderr).toContain('has been rolled back due to atomic being set');
      await waitUntil(async () => (await podsOf(client)).every(isReady), { what: 'ready pods', timeoutMs: MINUTES });
      await expectAllAt('1.1.0');
      // The new build was named, and with the way back the old one again.
      expect(await namedBuilds()).toEqual({ times: 4, last: '1.1.0' });
      expect((await history()).map(({ status }) => status)).toEqual(['superseded', 'superseded', 'failed', 'deployed']);
    },
    6 * MINUTES,
  );

  test(
    'whose migrations fail changes no process',
    async () => {
      const before = (await deploymentsOf(client)).map(({ metadata }) => metadata.generation);
      const { code, stderr } = await release(
        client,
        withTag('1.3.0', { 'scheduling.nodeSelector.disk': 'none' }),
        NOT_LONG,
      );
      expect(code).not.toBe(0);
      expect(stderr).toContain('pre-upgrade hooks failed');
      expect((await deploymentsOf(client)).map(({ metadata }) => metadata.generation)).toEqual(before);
      await expectAllAt('1.1.0');
      expect((await namedBuilds()).times).toBe(4);
      // What broke off is simply tried again.
      expect((await release(client, withTag('1.3.0'), IN_TIME)).code).toBe(0);
      await expectAllAt('1.3.0');
    },
    6 * MINUTES,
  );
});

describe('nodes', () => {
  test(
    'one that is drained loses all its pods, and each process keeps one at least',
    async () => {
      const node = (await podsOf(client, 'sales'))[0]?.spec.nodeName ?? '';
      await client.kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=120s']);
      expect((await podsOf(client)).filter(({ spec }) => spec.nodeName === node)).toEqual([]);
      await waitUntil(
        async () =>
          (await deploymentsOf(client)).every(({ spec, status }) => status.availableReplicas === spec.replicas),
        {
          what: 'pods on the other nodes',
          timeoutMs: MINUTES,
        },
      );
      await client.kubectl(['uncordon', node]);
    },
    4 * MINUTES,
  );

  test(
    'with no room elsewhere, the second pod of a process is refused to go',
    async () => {
      const nodes = ['node-a', 'node-b', 'node-c'];
      await client.kubectl(['cordon', ...nodes]);
      const [first, second] = (await podsOf(client, 'sales')).map(({ metadata }) => metadata.name);
      expect((await evict(first)).code).toBe(0);
      const refused = await evict(second);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget");
      await client.kubectl(['uncordon', ...nodes]);
      await waitUntil(async () => (await podsOf(client, 'sales')).filter(isReady).length >= 2, {
        what: 'a new pod',
        timeoutMs: MINUTES,
      });
    },
    4 * MINUTES,
  );
});

const evict = (name = '') =>
  client.tryKubectl(
    ['create', '--raw', `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`, '-f', '-'],
    JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } }),
  );

describe('under load', () => {
  test(
    'a process that works hard gets more pods, up to its limit',
    async () => {
      // Twice what is asked for, in each pod that there is at that moment.
      const busy = async () => {
        const pods = await podsOf(client, 'sales');
        const metrics = pods.map(({ metadata }) => ({
          apiVersion: 'metrics.k8s.io/v1beta1',
          kind: 'PodMetrics',
          metadata: { name: metadata.name, namespace: NAMESPACE, labels: metadata.labels },
          timestamp: new Date().toISOString(),
          window: '30s',
          containers: [{ name: 'sales', usage: { cpu: '200m', memory: '500Mi' } }],
        }));
        await client.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list(metrics));
        return pods.filter(isReady).length === 3;
      };
      await waitUntil(busy, { what: 'a third pod of sales', timeoutMs: 3 * MINUTES, intervalMs: 1_000 });
    },
    4 * MINUTES,
  );
});

test(
  'nothing is left after an uninstall but what hooks keep',
  async () => {
    expect((await client.helm(['uninstall', RELEASE, '--namespace', NAMESPACE, '--wait'])).code).toBe(0);
    const kinds =
      'deployments,services,configmaps,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,ingresses,jobs,servicemonitors,prometheusrules';
    const left = await client.kubectl([
      'get',
      kinds,
      '--namespace',
      NAMESPACE,
      '--selector',
      'app.kubernetes.io/name=nexus',
      '--output',
      'name',
    ]);
    expect(left).toBe('');
  },
  3 * MINUTES,
);
