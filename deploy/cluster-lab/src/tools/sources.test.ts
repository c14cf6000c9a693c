import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkoutDir, readManifest } from '@nexus/local/provide';
import { readSources } from './sources.ts';

const sources = readSources();

test('what is read of Kubernetes and kwok is of the version that runs', () => {
  const { kubernetes, kwok } = readManifest();
  expect(sources.kubernetes.version).toBe(`v${kubernetes.version}`);
  expect(sources.kwok.version).toBe(`v${kwok.version}`);
  for (const [name, { module, version, sum }] of [
    ['kubernetes', sources.kubernetes],
    ['kwok', sources.kwok],
  ] as const) {
    const goSum = readFileSync(join(checkoutDir, 'deploy/engines', name, 'go.sum'), 'utf8');
    expect(goSum).toContain(`${module} ${version} ${sum}\n`);
  }
});

test('each file that can be downloaded by itself has a checksum of its own', () => {
  for (const { files, download } of [sources.kubernetes, sources.prometheusOperator, sources.externalSecrets]) {
    expect(Object.keys(download?.sha256 ?? {})).toEqual(files);
    expect(download?.url).toMatch(/\{version\}.*\{file\}/);
  }
});
