// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { waitFor } from '@nexus/testkit';
