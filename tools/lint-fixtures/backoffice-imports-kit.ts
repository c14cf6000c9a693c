// as: backoffice/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { createApp } from '@nexus/service-kit';
