// as: services/edge/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { createTenancyDb } from '@nexus/tenancy-db';
