// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { waitFor } from '@nexus/testkit';
