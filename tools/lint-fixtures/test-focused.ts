// as: services/sales/src/offender.test.ts
// expect: no-restricted-syntax restrictedSyntax
import { test } from '@jest/globals';
test.only('alone', () => undefined);
