// as: services/sales/src/offender.ts
// expect: no-restricted-imports importNameWithCustomMessage
import { env } from 'node:process';
export const port = env['PORT'];
