import { en, type Strings } from './en.ts';

/** The words of the reader's language. English is the only one so far. */
export const t: Strings = en;
export type { Strings };
