import { rebuildParams, rebuildRun } from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import type { RebuildRuns } from './rebuild-runs.ts';

const access = { permission: 'sales:rebuild' } as const;

export const rebuildRoutes = (runs: RebuildRuns): Route[] => [
  defineRoute({
    method: 'post',
    path: '/rebuilds',
    summary: 'Begin to make the projections again from the event log',
    access,
    response: rebuildRun,
    status: 202,
    handler: ({ ctx }) => runs.begin(ctx),
  }),
  defineRoute({
    method: 'get',
    path: '/rebuilds/:id',
    summary: 'How far a rebuild is, and whether the projections came out equal',
    access,
    params: rebuildParams,
    response: rebuildRun,
    handler: ({ ctx, params }) => runs.read(ctx, params.id),
  }),
];
