import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

function start(...args: string[]) {
  const script = join(import.meta.dirname, 'start.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', script, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('npm start', () => {
  test.each([
    [['--chek'], "Unknown option '--chek'"],
    [['later'], 'positional'],
    [['--port', '0'], '0 is not a port'],
    [['--sales', '/nowhere/at/all.csv'], '/nowhere/at/all.csv cannot be read'],
  ])('%j is refused before anything starts, with what to do', (args, message) => {
    const { status, stdout, stderr } = start('--state-dir', '/nowhere/at/all', ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('What to do:');
    expect(stderr).not.toMatch(/\n +at /);
  });

  test('tells its options', () => {
    expect(start('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--check'), stderr: '' });
  });
});
