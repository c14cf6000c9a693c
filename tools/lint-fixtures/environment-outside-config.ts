// as: services/sales/src/offender.ts
// expect: no-restricted-properties restrictedObjectProperty
export const port = process.env['PORT'];
