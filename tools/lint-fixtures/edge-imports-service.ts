// as: services/edge/src/offender.ts
// expect: @nx/enforce-module-boundaries onlyTagsConstraintViolation | @nx/enforce-module-boundaries noCircularDependencies
import { service } from '@nexus/service-sync';
export const other = service;
