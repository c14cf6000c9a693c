// as: services/sales/src/fine.ts
// expect: nothing
export { uuid } from '@nexus/contracts';
