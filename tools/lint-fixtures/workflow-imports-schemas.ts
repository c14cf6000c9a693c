// as: workflows/src/offender.workflow.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { activityQueue } from '@nexus/contracts';
export const queue = activityQueue('sync');
