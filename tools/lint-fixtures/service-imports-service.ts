// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
import { service } from '@nexus/service-inventory';
export const other = service;
