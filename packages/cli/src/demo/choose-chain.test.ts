import { describe, expect, test } from '@jest/globals';
import type { TenantRow } from '@nexus/contracts';
import { chooseChain, type KnownChains } from './choose-chain.ts';

interface Chain {
  readonly state?: TenantRow['state'];
  readonly sold?: string;
  readonly empty?: boolean;
}

/** A platform with these chains; whoever asks about another is told that there is none. */
const platform = (chains: Readonly<Record<string, Chain>>): KnownChains => ({
  find: async (slug) => {
    const chain = chains[slug];
    return chain && { tenantId: slug, state: chain.state ?? 'ready' };
  },
  isEmpty: async (slug) => chains[slug]?.empty ?? false,
  soldBefore: async (tenantId) => chains[tenantId]?.sold,
});
const choose = (chains: Readonly<Record<string, Chain>>, sales = 'week 1') =>
  chooseChain('kente', sales, platform(chains));

describe('the demo chain is', () => {
  test.each<[string, Record<string, Chain>, string, string]>([
    ['new on a new platform', {}, 'kente', 'new'],
    ['new where its sign-up failed', { kente: { state: 'failed' } }, 'kente', 'new'],
    ['waited for where its sign-up goes on', { kente: { state: 'provisioning' } }, 'kente', 'coming'],
    ['the one that was signed up and did nothing yet', { kente: { empty: true } }, 'kente', 'empty'],
    ['the one that sold these sales to the end', { kente: { sold: 'week 1' } }, 'kente', 'sold'],
    ['another where the first was left half-way', { kente: {} }, 'kente-2', 'new'],
    ['another where the first sold something else', { kente: { sold: 'file 1' } }, 'kente-2', 'new'],
    ['the second where that one sold these', { kente: {}, 'kente-2': { sold: 'week 1' } }, 'kente-2', 'sold'],
  ])('%s', async (_what, chains, slug, is) => {
    expect(await choose(chains)).toMatchObject({ slug, is });
  });

  test('not looked for without end', async () => {
    const known: KnownChains = { ...platform({}), find: async (slug) => ({ tenantId: slug, state: 'ready' }) };
    await expect(chooseChain('kente', 'week 1', known)).rejects.toThrow('npm run reset');
  });
});
