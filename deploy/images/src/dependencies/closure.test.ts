import { describe, expect, test } from '@jest/globals';
import { closureOf } from './closure.ts';
import { parseLockfile } from './lockfile.ts';
import { fits, platformOf } from './platform.ts';

const x64 = platformOf('x64');
const lock = (packages: Record<string, object>) => parseLockfile(JSON.stringify({ lockfileVersion: 3, packages }));
const paths = (packages: Record<string, object>, workspace = 'services/a', platform = x64): string[] => [
  ...closureOf(lock(packages), workspace, platform).keys(),
];

describe('what a process needs', () => {
  test('is followed as Node finds it: nearest first, workspaces by their folder', () => {
    const packages = {
      'services/a': { dependencies: { '@nexus/kit': '*', left: '1' }, devDependencies: { jest: '1' } },
      'node_modules/@nexus/kit': { link: true, resolved: 'packages/kit' },
      'packages/kit': { name: '@nexus/kit', dependencies: { right: '2' } },
      'packages/kit/node_modules/right': { version: '2.0.0', dependencies: { deep: '1' } },
      'node_modules/right': { version: '1.0.0' },
      'node_modules/left': { version: '1.0.0' },
      'node_modules/deep': { version: '1.0.0' },
      'node_modules/jest': { version: '1.0.0' },
    };
    expect(paths(packages)).toEqual([
      ...['node_modules/deep', 'node_modules/left', 'packages/kit', 'packages/kit/node_modules/right', 'services/a'],
    ]);
  });

  test('are its peers too, but not those that are optional, and no types', () => {
    const packages = {
      'services/a': { dependencies: { left: '1', '@types/left': '1' } },
      'node_modules/left': {
        peerDependencies: { api: '1', native: '1' },
        peerDependenciesMeta: { native: { optional: true } },
      },
      'node_modules/api': { version: '1.0.0' },
      'node_modules/native': { version: '1.0.0' },
      'node_modules/@types/left': { version: '1.0.0' },
    };
    expect(paths(packages)).toEqual(['node_modules/api', 'node_modules/left', 'services/a']);
  });

  test('are of optional packages those for the platform', () => {
    const packages = {
      'services/a': { dependencies: { left: '1' } },
      'node_modules/left': { optionalDependencies: { x: '1', arm: '1', musl: '1', mac: '1', gone: '1' } },
      'node_modules/x': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
      'node_modules/arm': { os: ['linux'], cpu: ['arm64'] },
      'node_modules/musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
      'node_modules/mac': { os: ['darwin'] },
    };
    expect(paths(packages)).toEqual(['node_modules/left', 'node_modules/x', 'services/a']);
    expect(paths(packages, 'services/a', platformOf('arm64'))).toContain('node_modules/arm');
  });

  test('is an error where the lock has it not, or only for another platform', () => {
    const missing = { 'services/a': { dependencies: { left: '1' } } };
    expect(() => paths(missing)).toThrow('needs left');
    const foreign = { ...missing, 'node_modules/left': { os: ['darwin'] } };
    expect(() => paths(foreign)).toThrow('needs left');
    expect(() => paths({}, 'services/b')).toThrow('no services/b');
  });

  test.each([
    [{}, true],
    [{ os: [] }, true],
    [{ os: ['!win32'] }, true],
    [{ os: ['!linux'] }, false],
    [{ cpu: ['arm64', 'x64'] }, true],
    [{ libc: ['musl'] }, false],
  ])('a platform fits %j: %j', (locked, expected) => {
    expect(fits({ os: undefined, cpu: undefined, libc: undefined, ...locked }, x64)).toBe(expected);
  });
});
