// as: packages/temporal-kit/src/fine.workflow.ts
// expect: nothing
import { proxyActivities } from '@temporalio/workflow';
import type { SyncReplayActivities } from '@nexus/contracts/workflows';
export const sync = proxyActivities<SyncReplayActivities>({ startToCloseTimeout: '1 minute' });
