// as: packages/money/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { uuid } from '@nexus/contracts';
