// as: packages/pricing/src/offender.ts
// expect: @nx/enforce-module-boundaries bannedExternalImportsViolation
export { z } from 'zod';
