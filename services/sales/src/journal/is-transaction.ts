import { returnEntry, saleEntry, type ReturnEntry, type SaleEntry } from '@nexus/contracts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';

/*
 * The schemas of sales and returns, compiled to code. They are the contracts' own, by way of JSON Schema: Zod reads a
 * sale three times as slowly as JSON.parse does, and the replay reads millions. What this refuses, Zod reads again and
 * says why; entries of other kinds are few and read by Zod alone.
 */
const ajv = new Ajv2020({
  // Zod writes keywords for people beside those for machines.
  strict: false,
  // A pattern stands beside each format.
  validateFormats: false,
});
const compiled = <T>(schema: z.ZodType<T>): ValidateFunction<T> =>
  ajv.compile<T>(z.toJSONSchema(schema, { io: 'input' }) as object);

const isSale = compiled<SaleEntry>(saleEntry);
const isReturn = compiled<ReturnEntry>(returnEntry);

/** Whether a parsed line is a whole sale or return. Unlike Zod's result it still has fields that the schema does not name. */
export const isTransaction = (value: unknown): value is SaleEntry | ReturnEntry => isSale(value) || isReturn(value);
