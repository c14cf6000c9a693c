export { DATABASE_LIMITS, TCP_KEEPALIVE, type DatabaseLimits } from './database-limits.ts';
export { names, namesFromUrl, quoted, tenantRole, tenantSchema, type Names } from './names.ts';
export { createTenancyDb, TenancyDb, type TenancyDbOptions, type TenantContext, type TxOptions } from './tenancy-db.ts';
export type { SharedTx, TenantTx, Tx } from './transaction.ts';
export {
  GROWING_TABLE,
  migration,
  withoutStatistics,
  type Contraction,
  type Migration,
  type MigrationOptions,
} from './migration.ts';
export { createProvisioner, Provisioner, type MigrationReport, type ProvisionerOptions } from './provisioner.ts';
export { isRetryable, isUnavailable, sqlState, uniqueViolation } from './errors.ts';
export {
  listExceptions,
  raiseException,
  raiseExceptions,
  settleException,
  settleExceptionsByKey,
  type ExceptionFilter,
  type NewException,
} from './exception.ts';
export { anyKnown, insertRows, type ColumnType } from './insert-rows.ts';
export { bigintArray, booleanArray, byteaArray, intArray, textArray, uuidArray } from './pg-array.ts';
export { uuidv7 } from './uuid.ts';
