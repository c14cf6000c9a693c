import { describe, expect, test } from '@jest/globals';
import { NexusError, PERMISSIONS, type AccessTokenClaims, type Permission } from '@nexus/contracts';
import fc from 'fast-check';
import { PERSON, TENANT_A } from '../test-support/http-fixture.ts';
import { authorize, isTenantRoute, type Access } from './access.ts';
import { assertSeesBranch, visibleBranches } from './visible-branches.ts';

const claims = (perms: readonly Permission[], changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims => ({
  iss: 'nexus-identity',
  aud: 'nexus',
  iat: 0,
  exp: 300,
  jti: 'x',
  sub: PERSON,
  typ: 'person',
  ten: TENANT_A,
  perms: [...perms],
  ...changes,
});
const outcome = (access: Access, who: AccessTokenClaims): string => {
  try {
    authorize(access, who);
    return 'in';
  } catch (error) {
    return error instanceof NexusError ? error.code : String(error);
  }
};
const permission = fc.constantFrom(...PERMISSIONS);

describe('authorize', () => {
  test('lets in exactly who has one of the rights, in a tenant unless the right is one above tenants', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(permission, { minLength: 1 }),
        fc.uniqueArray(permission),
        fc.boolean(),
        (wanted, held, tenant) => {
          const access: Access = { anyOf: wanted as [Permission, ...Permission[]] };
          const { ten, ...without } = claims(held);
          const who = tenant ? { ...without, ten } : without;
          const usable = tenant ? held : held.filter((p) => p === 'platform:operate');
          const expected = wanted.some((p) => usable.includes(p))
            ? 'in'
            : !tenant && isTenantRoute(access)
              ? 'NX-2004'
              : 'NX-2003';
          expect(outcome(access, who as AccessTokenClaims)).toBe(expected);
        },
      ),
    );
  });

  test('asks for no right where none is wanted', () => {
    expect(outcome('authenticated', claims([]))).toBe('in');
  });
});

describe('branches', () => {
  test('of a token restrict; without them the whole chain is seen', () => {
    expect(visibleBranches(claims([]))).toBeNull();
    expect(visibleBranches(claims([], { branches: ['b1'] }))).toEqual(['b1']);
    assertSeesBranch(claims([]), 'b2');
    assertSeesBranch(claims([], { branches: ['b1'] }), 'b1');
    expect(() => assertSeesBranch(claims([], { branches: ['b1'] }), 'b2')).toThrow(NexusError);
    expect(() => assertSeesBranch(claims([], { branches: [] }), 'b1')).toThrow(NexusError);
  });
});
