export { service } from './service.ts';
export { routes } from './routes.ts';
export { subscribers } from './subscribers.ts';
export { rpcHandlers } from './rpc-handlers.ts';
export { activities } from './activities.ts';
export { entities } from './entities.ts';
export type { IdentityDeps, IdentitySettings } from './deps.ts';
export { sharedMigrations, tenantMigrations } from '../migrations/index.ts';
