// as: terminal/core/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { openTill } from '@nexus/terminal-headless';
