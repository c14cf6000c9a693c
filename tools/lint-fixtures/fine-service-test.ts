// as: services/sales/src/fine.int.test.ts
// expect: nothing
import { waitFor } from '@nexus/testkit';
export const wait = waitFor;
