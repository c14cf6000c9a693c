// as: services/sales/src/offender.int.test.ts
// expect: no-restricted-syntax restrictedSyntax
import { describe } from '@jest/globals';
describe.skip('not today', () => undefined);
