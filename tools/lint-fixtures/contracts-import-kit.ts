// as: packages/contracts/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { createLogger } from '@nexus/telemetry';
