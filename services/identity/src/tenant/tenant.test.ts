import { slug } from '@nexus/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isReservedSlug, mayBecome, slugCandidate, slugFromName, TENANT_STATES } from './tenant.ts';

describe('tenant states', () => {
  const allowed = new Set(['reserved>provisioning', 'reserved>failed', 'provisioning>ready', 'provisioning>failed']);
  for (const from of TENANT_STATES) {
    for (const to of TENANT_STATES) {
      const expected = allowed.has(`${from}>${to}`);
      test(`${from} → ${to}: ${expected ? 'yes' : 'no'}`, () => {
        expect(mayBecome(from, to)).toBe(expected);
      });
    }
  }
});

describe('slugs from names', () => {
  test.each([
    ['Kente Stores', 'kente-stores'],
    ['Épicerie Éléphant & Fils', 'epicerie-elephant-fils'],
    ['24/7 Shop', 'shop'],
    ['你好', 'chain'],
    ['API', 'api-chain'],
  ])('%s → %s', (name, expected) => {
    expect(slugFromName(name)).toBe(expected);
  });

  test('any name gives a valid slug that is not reserved, with any suffix', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'grapheme' }), fc.integer({ min: 1, max: 99 }), (name, attempt) => {
        const candidate = slugCandidate(slugFromName(name), attempt);
        expect(slug.safeParse(candidate).success).toBe(true);
        expect(isReservedSlug(candidate)).toBe(false);
      }),
    );
  });
});
