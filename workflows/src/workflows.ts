/** Every workflow: what the worker bundles. Only `*.workflow.ts` belongs here, the sandbox holds nothing else. */
export { provisionTenant } from './provision-tenant/provision-tenant.workflow.ts';
export { reconcileBranch } from './reconcile-branch/reconcile-branch.workflow.ts';
export { replayTerminal } from './replay-terminal/replay-terminal.workflow.ts';
