// as: packages/money/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { uuid } from '@nexus/contracts';
