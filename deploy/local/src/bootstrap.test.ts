import { describe, expect, test } from '@jest/globals';
import { firstDifference } from '../bootstrap.mjs';

const lock = {
  packages: {
    '': { name: 'root' },
    'packages/money': { name: '@nexus/money', version: '0.1.0' },
    'node_modules/@nexus/money': { link: true },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-machine': { version: '1.0.0', optional: true },
  },
};

describe('what is installed', () => {
  test('is accepted when it is what the lock file says', () => {
    const installed = {
      packages: { 'node_modules/@nexus/money': { link: true }, 'node_modules/a': { version: '1.0.0' } },
    };
    expect(firstDifference(lock, installed)).toBeUndefined();
  });

  test('is refused when a package is older', () => {
    const installed = {
      packages: { 'node_modules/@nexus/money': { link: true }, 'node_modules/a': { version: '0.9.0' } },
    };
    expect(firstDifference(lock, installed)).toEqual(['node_modules/a', '1.0.0', '0.9.0']);
  });

  test('is refused when a new workspace is not linked yet', () => {
    const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } };
    expect(firstDifference(lock, installed)).toEqual(['node_modules/@nexus/money', 'a link', 'nothing']);
  });
});
