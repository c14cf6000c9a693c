// as: workflows/src/offender.workflow.ts
// expect: @typescript-eslint/no-restricted-imports patternWithCustomMessage
import { createLogger } from '@nexus/telemetry';
export const logger = createLogger;
