import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string>();

/**
 * Runs work on behalf of a tenant: logs made inside carry its id. For logs only: what may be read or written is decided
 * by the context that is passed as an argument, never by this.
 */
export const runWithTenant = <T>(tenantId: string, work: () => T): T => scope.run(tenantId, work);

export const currentTenant = (): string | undefined => scope.getStore();
