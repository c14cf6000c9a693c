import type { TransactionRow } from '../api/nexus-api.ts';

/**
 * Amounts are positive on the wire, the kind says which way they go: what left the till is shown with a minus. The
 * post-void of a return would go the other way, but a list row does not say what it undid: it is shown as a sale's.
 */
export const signedGross = ({ kind, gross }: Pick<TransactionRow, 'kind' | 'gross'>): number =>
  kind === 'sale' || gross === 0 ? gross : -gross;
