// as: packages/temporal-kit/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
export { appendEvent } from '@nexus/messaging';
