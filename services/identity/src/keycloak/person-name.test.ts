import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { personName } from './person-name.ts';

test.each([
  ['Ama Serwaa Mensah', 'Ama', 'Serwaa Mensah'],
  ['Ama', 'Ama', 'Ama'],
  ['  <script>Kofi</script> ', 'script', 'Kofi script'],
  ['$$', 'New', 'Person'],
])('%s', (name, firstName, lastName) => {
  expect(personName(name)).toEqual({ firstName, lastName });
});

test('both parts are always there and short enough', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 600, unit: 'grapheme' }), (name) => {
      const { firstName, lastName } = personName(name);
      for (const part of [firstName, lastName]) {
        expect(part.length).toBeGreaterThan(0);
        expect(part.length).toBeLessThanOrEqual(255);
        expect(part).not.toMatch(/[<>&"$%!#?;*~/\\|^=[\]{}()]/);
      }
    }),
  );
});
