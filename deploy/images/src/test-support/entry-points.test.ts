import { expect, test } from '@jest/globals';
import { entryPoints } from './entry-points.ts';

test.each([
  [{}, ['index.js']],
  [{ main: './lib/index.js' }, ['lib/index.js']],
  [{ main: 'x.js', exports: './y.js' }, ['y.js']],
  [{ exports: { import: './m.mjs', require: './c.cjs', default: './b.js' } }, ['m.mjs', 'c.cjs']],
  [
    { exports: { '.': { node: { require: './c.cjs' }, default: './d.js' }, './sub/*': './sub/*.js' } },
    ['d.js', 'c.cjs'],
  ],
  [{ exports: { '.': { browser: './b.js', default: [null, './d.js'] }, './no': null } }, ['d.js']],
])('%j is entered by %j', (manifest, expected) => expect(entryPoints(manifest)).toEqual(expected));
