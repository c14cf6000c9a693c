// as: workflows/src/offender.workflow.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { randomUUID } from 'node:crypto';
export const id = randomUUID;
