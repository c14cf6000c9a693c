import { expect, test } from '@jest/globals';
import { checkoutDir } from '@nexus/local';
import { HELP, PROCESS_NAMES, readOptions } from './options.ts';
import { versionIn } from './versions.ts';

test('without options everything is replaced once, as in production', () => {
  expect(readOptions([])).toMatchObject({
    ...{
      environment: 'production',
      rounds: 1,
      processes: PROCESS_NAMES,
      together: false,
      from: undefined,
      json: false,
      help: false,
    },
  });
});

test('every option is read, processes in their own order', () => {
  const args = ['--rounds', '2', '--values', 'dev', '--process', 'edge', '--process', 'sync', '--propagation', '0'];
  expect(readOptions([...args, '--from', '/else', '--port', '9000', '--together', '--json'])).toMatchObject({
    ...{ environment: 'dev', rounds: 2, processes: ['sync', 'edge'], propagationMs: 0 },
    ...{ from: '/else', edgePort: 9000, json: true, together: true },
  });
});

test.each([
  [['--rounds', '0'], '--rounds'],
  [['--rounds', '1.5'], '--rounds'],
  [['--port', '70000'], '--port'],
  [['--process', 'keycloak'], '--process'],
  [['--values', 'laptop'], '--values'],
  [['--unknown'], '--unknown'],
])('%j is refused by name', (args, name) => {
  expect(() => readOptions(args)).toThrow(name);
});

test('the help names every option', () => {
  for (const name of ['rounds', 'from', 'values', 'process', 'together', 'propagation', 'port', 'state-dir', 'json'])
    expect(HELP).toContain(`--${name}`);
});

test('a version is found in a checkout; a folder without one is refused', () => {
  const version = versionIn(checkoutDir, 'after');
  expect(version.name).toMatch(/^\d+\.\d+\.\d+-after$/);
  expect(PROCESS_NAMES.map(version.rootOf)).toEqual(PROCESS_NAMES.map(() => checkoutDir));
  expect(() => versionIn(import.meta.dirname, 'before')).toThrow('has no identity');
});
