// as: packages/temporal-kit/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
export { appendEvent } from '@nexus/messaging';
