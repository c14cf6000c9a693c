import { ROLE_BUNDLES, type Permission, type RoleName, type RoleScope } from '@nexus/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { branchesOf, mayGrant, resolveAccess, type Grant } from './resolve-access.ts';

const places = [
  { id: 'b1', legalEntity: 'e1' },
  { id: 'b2', legalEntity: 'e1' },
  { id: 'b3', legalEntity: 'e2' },
  { id: 'b4', legalEntity: 'e2' },
];
const roles = Object.keys(ROLE_BUNDLES).filter((role) => role !== 'platform-operator') as RoleName[];
const anyScope: fc.Arbitrary<RoleScope> = fc.oneof(
  fc.constant<RoleScope>({ kind: 'chain' }),
  fc.constantFrom('e1', 'e2', 'e-gone').map((id): RoleScope => ({ kind: 'legal-entity', id })),
  fc.constantFrom('b1', 'b2', 'b3', 'b4', 'b-gone').map((id): RoleScope => ({ kind: 'branch', id })),
);
const anyGrant: fc.Arbitrary<Grant> = fc.record({ role: fc.constantFrom(...roles), scope: anyScope });
const grantsOf = fc.array(anyGrant, { maxLength: 5 });

/** Read straight from the grants: does some grant give this permission at this branch (null: everywhere)? */
const holds = (grants: readonly Grant[], permission: Permission, branch: string | null): boolean =>
  grants.some((grant) => {
    const reach = branchesOf(grant.scope, places);
    const there = branch === null ? reach === null : reach === null || reach.has(branch);
    return there && (ROLE_BUNDLES[grant.role] as readonly Permission[]).includes(permission);
  });

describe('access from grants', () => {
  test('sound: every permission in a token is granted in every branch of it', () => {
    fc.assert(
      fc.property(grantsOf, fc.option(anyScope, { nil: undefined }), (grants, scope) => {
        const access = resolveAccess(grants, places, scope);
        for (const permission of access?.permissions ?? []) {
          for (const branch of access?.branches ?? [null]) expect(holds(grants, permission, branch)).toBe(true);
        }
      }),
    );
  });

  test('complete: the token for one branch has all that is granted there', () => {
    fc.assert(
      fc.property(grantsOf, fc.constantFrom('b1', 'b2', 'b3', 'b4'), (grants, branch) => {
        const access = resolveAccess(grants, places, { kind: 'branch', id: branch });
        const granted = (ROLE_BUNDLES.owner as readonly Permission[]).filter((p) => holds(grants, p, branch));
        expect(new Set(access?.permissions ?? [])).toEqual(new Set(granted));
      }),
    );
  });

  test('a single grant gives exactly its bundle in its scope', () => {
    fc.assert(
      fc.property(anyGrant, (grant) => {
        const reach = branchesOf(grant.scope, places);
        const access = resolveAccess([grant], places);
        if (reach?.size === 0) return expect(access).toBeNull();
        expect(new Set(access?.permissions)).toEqual(new Set<Permission>(ROLE_BUNDLES[grant.role]));
        return expect(access?.branches).toEqual(reach === null ? null : [...reach].sort());
      }),
    );
  });

  test('manager of one branch and cashier in another is not manager in both', () => {
    const access = resolveAccess(
      [
        { role: 'manager', scope: { kind: 'branch', id: 'b1' } },
        { role: 'cashier', scope: { kind: 'branch', id: 'b3' } },
      ],
      places,
    );
    expect(access?.branches).toEqual(['b1']);
  });

  test('no grants, no access', () => {
    expect(resolveAccess([], places)).toBeNull();
  });
});

describe('who may grant', () => {
  test('nobody gives what they do not hold there', () => {
    fc.assert(
      fc.property(grantsOf, anyGrant, (held, wanted) => {
        const access = resolveAccess(held, places);
        if (access === null || !mayGrant(access, wanted, places)) return;
        const reach = branchesOf(wanted.scope, places);
        for (const permission of ROLE_BUNDLES[wanted.role]) {
          for (const branch of reach ?? [null]) expect(holds(held, permission, branch)).toBe(true);
        }
      }),
    );
  });

  test('an owner may make an owner; a manager may not; nobody makes a platform operator', () => {
    const owner = { permissions: [...ROLE_BUNDLES.owner], branches: null };
    const manager = { permissions: [...ROLE_BUNDLES.manager], branches: ['b1'] };
    expect(mayGrant(owner, { role: 'owner', scope: { kind: 'chain' } }, places)).toBe(true);
    expect(mayGrant(manager, { role: 'owner', scope: { kind: 'branch', id: 'b1' } }, places)).toBe(false);
    expect(mayGrant(manager, { role: 'cashier', scope: { kind: 'branch', id: 'b1' } }, places)).toBe(true);
    expect(mayGrant(manager, { role: 'cashier', scope: { kind: 'branch', id: 'b2' } }, places)).toBe(false);
    expect(mayGrant(owner, { role: 'platform-operator', scope: { kind: 'chain' } }, places)).toBe(false);
  });
});
