// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation
import { service } from '@nexus/service-inventory';
export const other = service;
