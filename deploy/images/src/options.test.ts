import { describe, expect, test } from '@jest/globals';
import { dockerArguments } from './build.ts';
import { readOptions } from './options.ts';
import { PROCESSES } from './processes.ts';

describe('the command', () => {
  test('makes all images unless some are named', () => {
    expect(readOptions(['--rootfs', 'out'])).toMatchObject({ command: 'rootfs', dir: 'out', processes: PROCESSES });
    const two = ['--process', 'sales', '--process', 'edge', '--release', '1.2.3-rc.1', '--cpu', 'arm64'];
    expect(readOptions(['--rootfs', 'out', ...two])).toMatchObject({
      ...{ processes: ['sales', 'edge'], release: '1.2.3-rc.1', cpu: 'arm64' },
    });
  });

  test.each([
    ['no command', [], 'one command'],
    ['two of them', ['--check', '--pin'], 'one command'],
    ['a process that is none', ['--check', '--process', 'billing'], 'no process billing'],
    ['a release that moves', ['--build', '--release', 'latest'], 'no version'],
    ['a release that is no tag', ['--build', '--release', '1.2.3+dirty'], 'no version'],
    ['a machine that no image is for', ['--check', '--cpu', 'ia32'], 'x64 and arm64'],
    ['a push to nowhere', ['--build', '--push'], '--registry'],
    ['digests of what stays here', ['--build', '--digests', 'x.json'], '--push'],
    ['a word that it does not know', ['--check', '--force'], '--force'],
  ])('refuses %s', (_what, args, words) => expect(() => readOptions(args)).toThrow(words));
});

describe('what Docker is told', () => {
  const common = { release: '1.2.3', cpu: 'arm64', revision: 'abc' } as const;

  test('for this machine: the image stays here', () => {
    const args = dockerArguments({ ...common, registry: undefined, push: false }, 'sales', 'abc', 'out.json').join(' ');
    expect(args).toContain('--platform linux/arm64 --build-arg PROCESS=sales --build-arg RELEASE=1.2.3');
    expect(args).toContain('--tag nexus/sales:1.2.3 --metadata-file out.json --load .');
  });

  test('for a registry: it goes there with where it came from', () => {
    const args = dockerArguments(
      { ...common, registry: 'registry.example', push: true },
      'edge',
      'abc',
      'out.json',
    ).join(' ');
    expect(args).toContain(
      '--tag registry.example/nexus/edge:1.2.3 --metadata-file out.json --push --provenance=mode=max --sbom=true',
    );
  });
});
