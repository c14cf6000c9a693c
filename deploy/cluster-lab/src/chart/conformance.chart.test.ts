import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { chartDir, clusterDir } from '../paths.ts';
import { provideSchemas } from '../schemas/provide-schemas.ts';
import { provideChartTools, type ChartTools } from '../tools/tools.ts';
import { execute } from './execute.ts';
import { kubernetesVersion, renderText, variantArguments } from './render.ts';
import { SHIPPED, VARIANTS } from './values-files.ts';

let tools: ChartTools;
let schemas = '';
beforeAll(async () => {
  tools = await provideChartTools(console.log);
  schemas = await provideSchemas(console.log);
});

async function conform(manifests: string): Promise<{ code: number; said: string }> {
  const location = `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`;
  const { code, stdout, stderr } = await execute(
    tools.kubeconform,
    ['-strict', '-summary', '-output', 'text', '-schema-location', location],
    { input: manifests },
  );
  return { code, said: stdout + stderr };
}

describe.each(SHIPPED.map((variant) => [variant.name, variant] as const))('values-%s.yaml', (_name, variant) => {
  test('helm lint has no complaint', async () => {
    const args = ['lint', chartDir, '--strict', '--kube-version', kubernetesVersion(), ...variantArguments(variant)];
    const { code, stdout, stderr } = await execute(tools.helm, args);
    expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  });
});

test.each(VARIANTS.map((variant) => [variant.name, variant] as const))(
  'Kubernetes’ own schemas know every field: %s',
  async (_name, variant) => {
    const { code, said } = await conform(await renderText(tools.helm, variant));
    expect(said).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
    expect(code).toBe(0);
  },
);

test('and of what stands beside the engines', async () => {
  const files = ['namespaces.yaml', 'network-policies.yaml'].map((file) =>
    readFileSync(join(clusterDir, file), 'utf8'),
  );
  expect((await conform(files.join('---\n'))).said).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
});

describe('the strict schemas', () => {
  const service = (port: string) =>
    `{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{name: http, ${port}}]}}`;

  test.each([
    ['a misspelt field', service('prot: 80, port: 80'), 'prot'],
    ['a wrong type', service('port: many'), 'port'],
    [
      'a misspelt field of a ServiceMonitor',
      '{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: x}, spec: {selector: {}, endpoints: [{prot: http}]}}',
      'prot',
    ],
    [
      'a version that is gone',
      '{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: x}}',
      'could not find schema',
    ],
  ])('refuse %s', async (_what, manifest, word) => {
    const { code, said } = await conform(manifest);
    expect(code).toBe(1);
    expect(said).toContain(word);
  });

  test('let what is right through', async () => {
    expect((await conform(service('port: 80, targetPort: http'))).code).toBe(0);
  });
});
