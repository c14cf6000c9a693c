import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Sensitive } from './sensitive.ts';

describe('Sensitive', () => {
  const secret = new Sensitive('hunter2');

  test('gives its value only when asked by name', () => {
    expect(secret.expose()).toBe('hunter2');
  });

  test.each([
    ['template', () => `a ${secret as unknown as string}`],
    ['toString', () => secret.toString()],
    ['String()', () => String(secret)],
    ['concatenation', () => 'a' + (secret as unknown as string)],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true })],
    ['structuredClone', () => JSON.stringify(structuredClone(secret))],
    ['spread', () => JSON.stringify({ ...secret })],
  ])('is not written down by %s', (_name, write) => {
    expect(write()).not.toContain('hunter2');
  });
});
