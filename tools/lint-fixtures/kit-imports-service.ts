// as: packages/service-kit/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { service } from '@nexus/service-sync';
