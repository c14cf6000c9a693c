import type { MyOrganizations } from '@nexus/contracts';

export type Organization = MyOrganizations['items'][number];

/** What to do with the organizations of a person who has signed in. */
export type ChainChoice =
  | { readonly kind: 'one'; readonly alias: string }
  | { readonly kind: 'several'; readonly chains: readonly Organization[] }
  /** `operator`: belongs to the platform only, which has no back office of its own. */
  | { readonly kind: 'none'; readonly operator: boolean };

export const chooseChain = (organizations: readonly Organization[]): ChainChoice => {
  const chains = organizations
    .filter(({ kind }) => kind === 'tenant')
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.alias < b.alias ? -1 : 1));
  const [only] = chains;
  if (only === undefined) return { kind: 'none', operator: organizations.length > 0 };
  return chains.length === 1 ? { kind: 'one', alias: only.alias } : { kind: 'several', chains };
};

/** Asks Keycloak for a token that names exactly this organization. */
export const organizationScope = (alias: string): string => `organization:${alias}`;
