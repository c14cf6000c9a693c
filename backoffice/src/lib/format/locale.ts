/** The reader's own locale: how numbers and dates are written. The words are English whatever it is. */
export const readerLocale = (): string => globalThis.navigator?.language || 'en';
