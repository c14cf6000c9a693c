import { expect, test } from '@jest/globals';
import { pinnedNode } from './node-version.ts';
import { checkoutDir } from './paths.ts';

const running = (arch: 'x64' | 'arm64', node: string) => ({
  arch,
  execPath: '/usr/local/bin/node',
  versions: { ...process.versions, node },
});

test('the Node of images is the one that tests run on', async () => {
  const { node } = process.versions;
  expect(await pinnedNode(checkoutDir, 'x64', running('x64', node))).toBe('/usr/local/bin/node');
  await expect(pinnedNode(checkoutDir, 'x64', running('x64', '24.0.0'))).rejects.toThrow(`images have ${node}`);
  await expect(pinnedNode(checkoutDir, 'arm64', running('x64', node))).rejects.toThrow('--build lets Docker do it');
});
