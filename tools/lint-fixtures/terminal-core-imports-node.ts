// as: terminal/core/src/offender.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { readFileSync } from 'node:fs';
export const read = readFileSync;
