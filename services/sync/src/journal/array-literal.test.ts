import { expect, test } from '@jest/globals';
import { arrayLiteral } from './array-literal.ts';

test('writes what PostgreSQL reads as the same array', () => {
  expect(arrayLiteral([])).toBe('{}');
  expect(arrayLiteral([1, -2, null])).toBe('{1,-2,NULL}');
  expect(arrayLiteral(['sale', 'post-void', ''])).toBe('{sale,post-void,""}');
  expect(arrayLiteral(['null', 'a,b', '{x}', 'q"q', 'b\\b'])).toBe('{"null","a,b","{x}","q\\"q","b\\\\b"}');
});
