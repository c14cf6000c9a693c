import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NAMESPACE, renderText } from '../chart/render.ts';
import { VARIANTS } from '../chart/values-files.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { provideChartTools } from '../tools/tools.ts';
import { restrictedNamespace } from './release.ts';

let cluster: ControlPlane;
let helm = '';
beforeAll(async () => {
  ({ helm } = await provideChartTools(console.log));
  cluster = await startControlPlane('dry-run', console.log);
  await cluster.client.apply([restrictedNamespace(NAMESPACE)]);
}, 600_000);
afterAll(() => cluster?.stop(), 60_000);

const dryRun = (manifests: string) =>
  cluster.client.tryKubectl(
    ['apply', '--dry-run=server', '--validate=strict', '--namespace', NAMESPACE, '-f', '-'],
    manifests,
  );

test.each(VARIANTS.map((variant) => [variant.name, variant] as const))(
  'a real API server takes all of it: %s',
  async (_name, variant) => {
    const { code, stderr } = await dryRun(await renderText(helm, variant));
    // Nor does the strictest profile of pod security have anything to warn of.
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
);

describe('the API server would say', () => {
  const deployment = (pod: object, more: object = {}) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: pod },
        ...more,
      },
    });
  const container = { name: 'x', image: 'x:1' };

  test.each([
    [
      'that a field is misspelt',
      deployment({ containers: [container] }, { replica: 2 }),
      'unknown field "spec.replica"',
    ],
    [
      'that labels do not match',
      deployment({ containers: [container] }, { selector: { matchLabels: { a: 'c' } } }),
      'does not match',
    ],
    [
      'that an amount is none',
      deployment({ containers: [{ ...container, resources: { limits: { cpu: 'many' } } }] }),
      'quantities must match',
    ],
  ])('%s', async (_what, manifest, words) => {
    const { code, stderr } = await dryRun(manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test('that a pod could become root', async () => {
    const { stderr } = await dryRun(deployment({ containers: [container] }));
    expect(stderr).toContain('would violate PodSecurity "restricted:latest"');
  });
});
