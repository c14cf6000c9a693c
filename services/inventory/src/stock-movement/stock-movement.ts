import { transactionFacts, transactionLineFacts } from '@nexus/contracts';
import { z } from 'zod';

/** What stock reads of a transaction's facts. */
const stockFacts = transactionFacts
  .pick({ key: true, kind: true, branch: true, at: true, training: true, voidedKind: true })
  .extend({
    entry: transactionFacts.shape.entry.pick({ terminal: true, number: true }),
    lines: z.array(transactionLineFacts.pick({ n: true, product: true, quantity: true })),
  });
export type StockFacts = z.infer<typeof stockFacts>;
/** What stock reads of `transactions-recorded`. */
export const stockView = z.object({ transactions: z.array(stockFacts) });

export type MovementReason = 'sale' | 'return' | 'post-void' | 'count';

/** One movement of one product in one branch. Quantity in thousandths, signed: positive comes in. */
export interface StockMovement {
  readonly key: string;
  readonly line: number;
  readonly branch: string;
  readonly product: string;
  readonly quantity: number;
  readonly reason: MovementReason;
  /** Epoch milliseconds UTC, by the till's clock. */
  readonly at: number;
  readonly terminal: string;
  /** Number of the entry in its terminal's journal. */
  readonly number: number;
}

/**
 * Movements of transactions: a sale takes out, a return brings in, a post-void does the opposite of what it voids.
 * Training moves nothing. A post-void's facts carry its original's lines and say what that was.
 */
export function movementsOf(facts: StockFacts): StockMovement[] {
  if (facts.training === true) return [];
  const out = facts.kind === 'sale' || facts.voidedKind === 'return';
  const sign = out ? -1 : 1;
  return facts.lines.map((line) => ({
    key: facts.key,
    line: line.n,
    branch: facts.branch,
    product: line.product,
    quantity: line.quantity === 0 ? 0 : sign * line.quantity,
    reason: facts.kind,
    at: facts.at,
    terminal: facts.entry.terminal,
    number: facts.entry.number,
  }));
}
