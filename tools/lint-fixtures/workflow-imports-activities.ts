// as: workflows/src/offender.workflow.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { applyJournal } from './replay.activities.ts';
export const apply = applyJournal;
