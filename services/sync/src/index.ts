export { service } from './service.ts';
export { routes } from './routes.ts';
export { subscribers } from './subscribers.ts';
export { rpcHandlers } from './rpc-handlers.ts';
export { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
