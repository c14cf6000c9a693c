// as: terminal/headless/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { createLogger } from '@nexus/telemetry';
