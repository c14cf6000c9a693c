import { EntitySchema } from 'typeorm';

export interface ProductRow {
  id: string;
  code: string;
  description: string;
  unit: string;
  taxGroup: string;
  attributes: Record<string, string>;
  active: boolean;
  revision: string;
}
export interface VariantRow {
  id: string;
  product: string;
  ordinal: number;
  code: string;
  attributes: Record<string, string>;
}
export interface BarcodeRow {
  barcode: string;
  product: string;
  variant: string | null;
  ordinal: number;
}
export interface PriceRow {
  product: string;
  currency: string;
  priceMinor: string;
}

export const ProductEntity = new EntitySchema<ProductRow>({
  name: 'Product',
  tableName: 'product',
  columns: {
    id: { type: 'uuid', primary: true },
    code: { type: 'text' },
    description: { type: 'text' },
    unit: { type: 'text' },
    taxGroup: { type: 'text', name: 'tax_group' },
    attributes: { type: 'jsonb' },
    active: { type: 'boolean' },
    revision: { type: 'bigint' },
  },
});

export const VariantEntity = new EntitySchema<VariantRow>({
  name: 'Variant',
  tableName: 'variant',
  columns: {
    id: { type: 'uuid', primary: true },
    product: { type: 'uuid' },
    ordinal: { type: 'smallint' },
    code: { type: 'text' },
    attributes: { type: 'jsonb' },
  },
});

export const BarcodeEntity = new EntitySchema<BarcodeRow>({
  name: 'Barcode',
  tableName: 'barcode',
  columns: {
    barcode: { type: 'text', primary: true },
    product: { type: 'uuid' },
    variant: { type: 'uuid', nullable: true },
    ordinal: { type: 'smallint' },
  },
});

export const PriceEntity = new EntitySchema<PriceRow>({
  name: 'Price',
  tableName: 'price',
  columns: {
    product: { type: 'uuid', primary: true },
    currency: { type: 'text', primary: true },
    priceMinor: { type: 'bigint', name: 'price_minor' },
  },
});
