import { EntitySchema } from 'typeorm';

/** A company of the chain: whose books a branch's sales are on. Country and currency never change. */
export interface LegalEntity {
  id: string;
  name: string;
  taxNumber: string | null;
  country: string;
  currency: string;
  /** `MM-DD`. */
  fiscalYearStart: string;
}

export const legalEntityEntity = new EntitySchema<LegalEntity>({
  name: 'legal_entity',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text' },
    taxNumber: { type: 'text', name: 'tax_number', nullable: true },
    country: { type: 'text' },
    currency: { type: 'text' },
    fiscalYearStart: { type: 'text', name: 'fiscal_year_start' },
  },
});
