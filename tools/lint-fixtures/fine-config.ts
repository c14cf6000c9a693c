// as: services/sales/src/config.ts
// expect: nothing
export const port = process.env['PORT'];
