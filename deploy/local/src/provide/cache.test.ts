import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '../test-support/temporary-dir.ts';
import { cached, cachedPath } from './cache.ts';

let dir: ReturnType<typeof temporaryDir>;
const before = process.env['NEXUS_CACHE_DIR'];
const silent = () => undefined;

beforeEach(() => {
  dir = temporaryDir();
  process.env['NEXUS_CACHE_DIR'] = dir.path;
});
afterEach(() => {
  dir[Symbol.dispose]();
  if (before === undefined) delete process.env['NEXUS_CACHE_DIR'];
  else process.env['NEXUS_CACHE_DIR'] = before;
});

describe('the cache', () => {
  test('makes a thing once, however many ask for it at the same time', async () => {
    let made = 0;
    const make = async (into: string) => {
      made++;
      await writeFile(join(into, 'program'), 'x');
    };
    const paths = await Promise.all([1, 2, 3].map(() => cached('thing-1', silent, make)));
    expect(made).toBe(1);
    expect(new Set(paths)).toEqual(new Set([join(dir.path, 'thing-1')]));
    expect(existsSync(join(dir.path, 'thing-1/program'))).toBe(true);
  });

  test('keeps nothing of a build that failed half-way', async () => {
    const failing = cached('thing-1', silent, async (into) => {
      await writeFile(join(into, 'half'), 'x');
      throw new Error('compiler error');
    });
    await expect(failing).rejects.toThrow('compiler error');
    expect(cachedPath('thing-1')).toBeUndefined();
    expect(readdirSync(join(dir.path, 'tmp'))).toEqual([]);
  });
});
