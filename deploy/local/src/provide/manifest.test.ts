import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkoutDir, engineSourcesDir } from '../paths.ts';
import { readManifest, releaseUrl } from './manifest.ts';

const manifest = readManifest();
const goEngines = [
  manifest.nats,
  manifest.temporal,
  manifest.temporalTools,
  manifest.temporalUi,
  manifest.kubeconform,
  manifest.helm,
  manifest.etcd,
  manifest.kubernetes,
  manifest.kwok,
];

describe('engines.json', () => {
  test.each(goEngines.map((engine) => [engine.goModule.directory, engine] as const))(
    'pins the version of %s that its Go module requires',
    (directory, engine) => {
      const goMod = readFileSync(join(engineSourcesDir, directory, 'go.mod'), 'utf8');
      const tool = /^tool (?:\(\n\t)?(\S+)$/m.exec(goMod)?.[1] ?? '';
      const required = [...goMod.matchAll(/^(?:require )?\s*(\S+) v(\S+)/gm)].find(
        ([, path = '']) => tool === path || tool.startsWith(`${path}/`),
      );
      expect(required?.[2]).toBe(engine.version);
      expect(engine.version.startsWith(engine.acceptOnPath)).toBe(true);
      expect(readFileSync(join(engineSourcesDir, directory, 'go.sum'), 'utf8')).toContain(` v${engine.version} h1:`);
    },
  );

  test('pins the versions that Maven is asked for', () => {
    const { keycloak, temporalTestServer } = manifest;
    expect(keycloak.maven.coordinates).toContain(`:${keycloak.version}:`);
    const pom = readFileSync(join(engineSourcesDir, 'temporal-test-server/pom.xml'), 'utf8');
    expect(pom).toContain(`<version>${temporalTestServer.version}</version>`);
  });

  test('pins the npm package of PostgreSQL that the lock file has', () => {
    const { npmPackage, version } = manifest.postgres;
    const lock = JSON.parse(readFileSync(join(checkoutDir, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; integrity?: string }>;
    };
    const locked = lock.packages[`node_modules/${npmPackage.name}`];
    expect(locked?.version).toBe(npmPackage.version);
    expect(locked?.integrity).toMatch(/^sha512-/);
    expect(npmPackage.version.startsWith(`${version}.`)).toBe(true);
  });

  test('fills in version and machine', () => {
    expect(releaseUrl('https://example.invalid/v{version}/{os}', '1.2.3')).toBe(
      `https://example.invalid/v1.2.3/${process.platform}`,
    );
  });
});
