import { EntitySchema } from 'typeorm';

/** A place that sells. Its legal entity never changes: books would have to move. */
export interface Branch {
  id: string;
  /** 0-based order of creation. */
  index: number;
  name: string;
  legalEntity: string;
  brand: string | null;
  zone: string;
  dayCutoffMinutes: number;
}

export const branchEntity = new EntitySchema<Branch>({
  name: 'branch',
  columns: {
    id: { type: 'uuid', primary: true },
    index: { type: 'integer' },
    name: { type: 'text' },
    legalEntity: { type: 'uuid', name: 'legal_entity' },
    brand: { type: 'uuid', nullable: true },
    zone: { type: 'text' },
    dayCutoffMinutes: { type: 'integer', name: 'day_cutoff_minutes' },
  },
});
