import { rebuildReport } from '@nexus/contracts';
import { defineRoute, type Route } from '@nexus/service-kit';
import type { SalesDeps } from '../deps.ts';
import { rebuildProjections } from './rebuild-projections.ts';

const REBUILD_TIMEOUT_MS = 30 * 60_000;

export const rebuildRoutes = ({ db, logger }: SalesDeps): Route[] => [
  defineRoute({
    method: 'post',
    path: '/rebuilds',
    summary: 'Make the projections again from the event log, and say whether they came out equal',
    access: { permission: 'sales:rebuild' },
    response: rebuildReport,
    limits: { timeoutMs: REBUILD_TIMEOUT_MS },
    handler: async ({ ctx }) => {
      const report = await rebuildProjections(db, ctx);
      logger.info({ ...report }, 'projections were rebuilt');
      return { ...report, tables: [...report.tables] };
    },
  }),
];
