import { describe, expect, test } from '@jest/globals';
import type { ProcessSpec } from './process/spec.ts';
import { inStartOrder } from './supervisor.ts';

const spec = (name: string, ...dependsOn: string[]): ProcessSpec => ({
  name,
  dependsOn,
  prepare: () => Promise.reject(new Error('never started here')),
  isReady: async () => false,
  startTimeoutMs: 1,
  stopSignal: 'SIGTERM',
  stopGraceMs: 1,
});
const names = (specs: readonly ProcessSpec[]) => specs.map(({ name }) => name);

describe('the order of starts', () => {
  test('puts what others need before them', () => {
    const ordered = names(inStartOrder([spec('ui', 'server'), spec('server', 'database'), spec('database')]));
    expect(ordered).toEqual(['database', 'server', 'ui']);
  });

  test('keeps the given order where nothing asks for another', () => {
    expect(names(inStartOrder([spec('b'), spec('a')]))).toEqual(['b', 'a']);
  });

  test('refuses processes that wait for each other', () => {
    expect(() => inStartOrder([spec('a', 'b'), spec('b', 'a')])).toThrow('a → b → a');
  });

  test('refuses a dependency that nobody starts', () => {
    expect(() => inStartOrder([spec('a', 'b')])).toThrow('depends on b');
  });

  test('refuses two processes of one name', () => {
    expect(() => inStartOrder([spec('a'), spec('a')])).toThrow('same name');
  });
});
