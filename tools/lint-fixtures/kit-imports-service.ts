// as: packages/service-kit/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { service } from '@nexus/service-sync';
