import type { TenantRow } from '@nexus/contracts';
import { CliError } from '../cli-error.ts';

/** What is known of chains that may have been the demo chain before. */
export interface KnownChains {
  readonly find: (slug: string) => Promise<Pick<TenantRow, 'tenantId' | 'state'> | undefined>;
  /** True while it has neither branches nor terminals. */
  readonly isEmpty: (slug: string) => Promise<boolean>;
  /** Name of the sales that it was made to sell to the end. */
  readonly soldBefore: (tenantId: string) => Promise<string | undefined>;
}

export interface Choice {
  readonly slug: string;
  /** 1, 2 …: of the demo chains on this platform. */
  readonly number: number;
  /** `new`: to be signed up. `coming`: its sign-up was begun. `empty`: has sold nothing. `sold`: just these sales. */
  readonly is: 'new' | 'coming' | 'empty' | 'sold';
}

const MAX_CHAINS = 100;

/**
 * The chain that sold these sales already, or else one that can sell them: what was left half-way (somebody pressed
 * Ctrl-C) and what sold something else stays as it is, and another chain is begun beside it.
 */
export async function chooseChain(base: string, sales: string, known: KnownChains): Promise<Choice> {
  for (let number = 1; number <= MAX_CHAINS; number += 1) {
    const slug = number === 1 ? base : `${base}-${number}`;
    const chain = await known.find(slug);
    if (chain === undefined || chain.state === 'failed') return { slug, number, is: 'new' };
    if (chain.state !== 'ready') return { slug, number, is: 'coming' };
    if ((await known.soldBefore(chain.tenantId)) === sales) return { slug, number, is: 'sold' };
    if (await known.isEmpty(slug)) return { slug, number, is: 'empty' };
  }
  throw new CliError(`there are ${MAX_CHAINS} demo chains already; npm run reset forgets them`);
}
