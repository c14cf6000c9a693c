export * from './integer.ts';
export * from './currency.ts';
export * from './decimal.ts';
export * from './allocate.ts';
export * from './cash-rounding.ts';
export * from './format.ts';
