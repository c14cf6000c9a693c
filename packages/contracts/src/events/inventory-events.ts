import { z } from 'zod';
import { uuid } from '../common.ts';
import { defineEvent } from './envelope.ts';

/** What one transaction of inventory changed, summed for each branch and product: thousandths, signed; `onHand` is the level after it. */
export const stockChanged = defineEvent({
  service: 'inventory',
  kind: 'stock-changed',
  version: 1,
  data: z.object({
    changes: z
      .array(z.object({ branch: uuid, product: uuid, quantity: z.number().int(), onHand: z.number().int() }))
      .min(1)
      .max(5000),
  }),
});
