// as: packages/cli/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { service } from '@nexus/service-sales';
