// as: packages/journal/src/offender.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { createHash } from 'node:crypto';
export const hash = createHash;
