import { reconciliationAnswer, reconciliationRequest } from '@nexus/contracts';
import { assertSeesBranch, defineRoute, type Route } from '@nexus/service-kit';
import type { SyncDeps } from '../deps.ts';
import { startReconciliation } from './start-reconciliation.ts';

export const reconciliationRoutes = (deps: SyncDeps): Route[] => [
  defineRoute({
    method: 'post',
    path: '/reconciliations',
    summary: "Prove a branch's books now instead of tonight",
    access: { permission: 'audit:read' },
    body: reconciliationRequest,
    response: reconciliationAnswer,
    status: 202,
    handler: async ({ ctx, claims, body }) => {
      assertSeesBranch(claims, body.branch);
      const workflowId = await startReconciliation(deps, { tenantId: ctx.tenantId, branchId: body.branch });
      return { workflowId };
    },
  }),
];
