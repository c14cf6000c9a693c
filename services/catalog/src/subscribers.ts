import { legalEntityChanged } from '@nexus/contracts';
import { onEvent, type EventHandler } from '@nexus/messaging';
import { adoptChain } from './catalogue/adopt-chain.ts';
import type { CatalogDeps } from './deps.ts';

/** Identity's events: the first legal entity says which currency and tax rules the chain starts with. */
export const subscribers = (deps: Pick<CatalogDeps, 'db'>): EventHandler[] => [
  onEvent(legalEntityChanged, async (tx, events) => {
    const [first] = events;
    if (first !== undefined) await adoptChain(deps.db, tx, first.data);
  }),
];
