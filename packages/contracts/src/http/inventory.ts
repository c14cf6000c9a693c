import { z } from 'zod';
import { isoInstant, pageOf, uuid } from '../common.ts';

/* HTTP of the inventory service, behind `<origin>/api/inventory`. Quantities are thousandths of the product's unit. */

/** `GET /stock`: what each branch has, by product code; products that never moved are not listed. */
export const stockListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(300).optional(),
  branch: uuid.optional(),
  product: uuid.optional(),
  /** Part of code or description. */
  search: z.string().trim().min(1).max(100).optional(),
  /** Only what is below zero. */
  below: z.enum(['true', 'false']).optional(),
});
export const stockRow = z.object({
  branch: uuid,
  product: uuid,
  code: z.string().nullable(),
  description: z.string().nullable(),
  onHand: z.number().int(),
  lastCountedAt: isoInstant.nullable(),
});
export const stockPage = pageOf(stockRow);

/** `GET /movements?branch=&product=`: newest first. */
export const movementListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  branch: uuid,
  product: uuid,
});
export const movementRow = z.object({
  key: uuid,
  line: z.number().int(),
  reason: z.enum(['sale', 'return', 'post-void', 'count']),
  quantity: z.number().int(),
  /** Epoch milliseconds UTC by the till's clock. */
  at: z.number().int(),
  terminal: uuid,
});
export const movementPage = pageOf(movementRow);

/** `GET /stock/summary`: by branch. */
export const stockSummary = z.object({
  branches: z.array(
    z.object({ branch: uuid, products: z.number().int(), units: z.number().int(), below: z.number().int() }),
  ),
});
