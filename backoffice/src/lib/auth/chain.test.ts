import { describe, expect, test } from '@jest/globals';
import { chooseChain, organizationScope, type Organization } from './chain.ts';

const chain = (alias: string, name = alias): Organization => ({ alias, name, kind: 'tenant', tenantId: null });
const platform: Organization = { alias: 'platform', name: 'Platform', kind: 'platform', tenantId: null };

describe('choice of chain', () => {
  test('one chain is entered at once, whatever else the person belongs to', () => {
    expect(chooseChain([platform, chain('kente')])).toEqual({ kind: 'one', alias: 'kente' });
  });
  test('several are offered by name', () => {
    const choice = chooseChain([chain('b', 'Zebra'), chain('a', 'Adinkra')]);
    expect(choice.kind === 'several' && choice.chains.map(({ name }) => name)).toEqual(['Adinkra', 'Zebra']);
  });
  test('somebody without a chain is told so; an operator is told what that account is for', () => {
    expect(chooseChain([])).toEqual({ kind: 'none', operator: false });
    expect(chooseChain([platform])).toEqual({ kind: 'none', operator: true });
  });
  test('asks Keycloak for exactly one organization', () => {
    expect(organizationScope('kente-stores')).toBe('organization:kente-stores');
  });
});
