import { EntitySchema } from 'typeorm';

export interface TaxGroupRow {
  code: string;
  name: string;
  /** True until somebody changes it: such a group may still be replaced by the country's defaults. */
  byDefault: boolean;
  revision: string;
}
export interface TaxComponentRow {
  taxGroup: string;
  ordinal: number;
  code: string;
  rate: number;
}

export const TaxGroupEntity = new EntitySchema<TaxGroupRow>({
  name: 'TaxGroup',
  tableName: 'tax_group',
  columns: {
    code: { type: 'text', primary: true },
    name: { type: 'text' },
    byDefault: { type: 'boolean', name: 'by_default' },
    revision: { type: 'bigint' },
  },
});

export const TaxComponentEntity = new EntitySchema<TaxComponentRow>({
  name: 'TaxComponent',
  tableName: 'tax_component',
  columns: {
    taxGroup: { type: 'text', primary: true, name: 'tax_group' },
    ordinal: { type: 'smallint', primary: true },
    code: { type: 'text' },
    rate: { type: 'integer' },
  },
});
