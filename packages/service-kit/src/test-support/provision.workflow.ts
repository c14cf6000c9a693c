import { activityQueue, type ProvisionTenantInput, type TenancyActivities } from '@nexus/contracts/workflows';
import { proxyActivities } from '@temporalio/workflow';

const catalog = proxyActivities<TenancyActivities>({
  taskQueue: activityQueue('catalog'),
  startToCloseTimeout: '20 seconds',
});

/** Asks the sample service for a tenant's schema, as provisioning does. */
export const provision = (input: ProvisionTenantInput): Promise<void> => catalog.createTenantSchema(input);
