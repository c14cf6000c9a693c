import { beforeAll, describe, expect, test } from '@jest/globals';
import { execute } from '../chart/execute.ts';
import { kubernetesVersion, RELEASE, variantArguments } from '../chart/render.ts';
import type { Variant } from '../chart/values-files.ts';
import { chartDir } from '../paths.ts';
import { provideChartTools } from '../tools/tools.ts';

let helm = '';
beforeAll(async () => {
  ({ helm } = await provideChartTools(console.log));
});

async function complaint(environment: Variant['environment'], set: Record<string, string>): Promise<string> {
  const args = variantArguments({ name: 'wrong', environment, set });
  const { code, stderr } = await execute(helm, [
    'template',
    RELEASE,
    chartDir,
    '--kube-version',
    kubernetesVersion(),
    ...args,
  ]);
  expect(code).not.toBe(0);
  return stderr;
}

describe('wrong values are refused before anything is rendered', () => {
  test.each([
    ['a misspelt section', { 'procesess.sales.replicas': '1' }, "'procesess' not allowed"],
    ['a misspelt field', { 'processes.sales.replica': '1' }, "'replica' not allowed"],
    [
      'a setting that the process does not know',
      { 'processes.sales.settings.NEXUS_DATBASE_POOL': '9' },
      "'NEXUS_DATBASE_POOL' not allowed",
    ],
    [
      'a setting of another process',
      { 'processes.sales.settings.NEXUS_BARCODE_CACHE_BYTES': '9' },
      "'NEXUS_BARCODE_CACHE_BYTES' not allowed",
    ],
    ['a process that there is not', { 'processes.billing.replicas': '1' }, "'billing' not allowed"],
    ['the tag latest', { 'image.tag': 'latest' }, "'latest' does not match"],
    ['a digest that is none', { 'image.digests.sales': 'sha256:abc' }, '/image/digests/sales'],
    ['no host', { host: '' }, '/host'],
    [
      'a password in an address',
      { 'engines.keycloak.url': 'http://admin:secret@keycloak/auth' },
      '/engines/keycloak/url',
    ],
  ])('%s', async (_what, set, words) => {
    expect(await complaint('staging', set)).toContain(words);
  });

  test.each([
    [
      'passwords in the values of production',
      'production',
      { 'secrets.mode': 'values' },
      'only for environment development',
    ],
    [
      'keys of tokens in each pod',
      'staging',
      { 'secrets.tokenKeys.secretName': '' },
      'secrets.tokenKeys.secretName is needed',
    ],
    [
      'several identities with keys of their own',
      'dev',
      { 'processes.identity.replicas': '2' },
      'can only have one replica',
    ],
    [
      'a stop that its requests outlast',
      'staging',
      { 'shutdown.stopGraceMs': '45000' },
      'stopTimeoutMs has to be longer',
    ],
    [
      'a stop that the kubelet cuts off',
      'staging',
      { 'shutdown.terminationGracePeriodSeconds': '50' },
      'kubelet cuts the stop off',
    ],
    [
      'no store of secrets',
      'production',
      { 'secrets.external.store.name': '' },
      'secrets.external.store.name is needed',
    ],
  ] as const)('%s', async (_what, environment, set, words) => {
    expect(await complaint(environment, set)).toContain(words);
  });
});
