import { DRINKS } from './drink-families.ts';
import { FOOD } from './food-families.ts';
import { HOUSEHOLD } from './household-families.ts';

/** Size as printed on the pack, and what it costs against the family's base price. */
export type Size = readonly [label: string, factor: number];

/** Products that are alike: every brand in every kind and size. */
export interface Family {
  readonly department: string;
  /** First part of the codes. Several families may share one. */
  readonly prefix: string;
  readonly brands: readonly string[];
  readonly kinds: readonly string[];
  readonly sizes: readonly Size[];
  /** Price of factor 1, cedis, tax included. */
  readonly cedis: number;
  /** How often the family is bought, against the others. */
  readonly weight: number;
  readonly unit?: 'kg';
  readonly taxGroup?: 'exempt';
}

export const FAMILIES: readonly Family[] = [...FOOD, ...DRINKS, ...HOUSEHOLD];
