// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries noRelativeOrAbsoluteImportsAcrossLibraries
export * from '../../inventory/src/index.ts';
