import { expect, test } from '@jest/globals';
import { releaseName } from './release-name.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

test.each([
  ['refs/tags/v1.2.3', '1.2.3'],
  ['refs/tags/v1.2.3-rc.1', '1.2.3-rc.1'],
  ['refs/heads/main', '0.0.0-g0123456789ab'],
  ['refs/heads/v1.2.3', '0.0.0-g0123456789ab'],
])('%s is %s', (ref, version) => expect(releaseName(ref, COMMIT)).toBe(version));

test.each([
  ['refs/tags/latest', COMMIT, 'no release'],
  ['refs/tags/v1.2', COMMIT, 'no release'],
  ['refs/heads/main', 'HEAD', 'no commit'],
])('%s of %s is refused', (ref, commit, words) => expect(() => releaseName(ref, commit)).toThrow(words));
