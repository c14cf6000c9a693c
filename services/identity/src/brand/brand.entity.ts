import { EntitySchema } from 'typeorm';

/** The name over the door, where a chain has several. */
export interface Brand {
  id: string;
  name: string;
}

export const brandEntity = new EntitySchema<Brand>({
  name: 'brand',
  columns: { id: { type: 'uuid', primary: true }, name: { type: 'text' } },
});
