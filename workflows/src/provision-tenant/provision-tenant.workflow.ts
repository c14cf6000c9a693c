import {
  activityQueue,
  SERVICES,
  type IdentityProvisioningActivities,
  type ProvisionTenantInput,
  type TenancyActivities,
} from '@nexus/contracts/workflows';
import { CancellationScope, log, proxyActivities, rootCause, sleep, type ActivityOptions } from '@temporalio/workflow';

/** `settled`: the tenant was ready or given up before this run began, so that it did nothing. */
export interface ProvisionTenantResult {
  readonly outcome: 'ready' | 'failed' | 'settled';
}

/** Forward steps: tried again for a quarter of an hour, then what was made is taken back. */
const FORWARD: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '15 minutes',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};
/** Steps that must happen however long the engines are away: undo, and the last word about the tenant. */
const UNTIL_DONE: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
};
/** Schema steps tell that they are alive: a worker that died is noticed in this time. */
const SCHEMA_HEARTBEAT = { heartbeatTimeout: '20 seconds' } as const;
/** Pause after an undo step that said it can never succeed: a person must look, and then it goes on by itself. */
const STUCK_UNDO_PAUSE = '10 minutes';
/** Longest reason kept with a failed tenant. */
const MAX_REASON_LENGTH = 500;

const forward = proxyActivities<IdentityProvisioningActivities>({ ...FORWARD, taskQueue: activityQueue('identity') });
const untilDone = proxyActivities<IdentityProvisioningActivities>({
  ...UNTIL_DONE,
  taskQueue: activityQueue('identity'),
});

/**
 * Makes a tenant: Keycloak organization and owner, a schema in every service, defaults. Each step's undo is registered
 * before the step, so that one which timed out but took effect is undone too; every undo removes only what carries the
 * provisioning id. The row in identity owns the truth: only ids travel here.
 */
export async function provisionTenant(input: ProvisionTenantInput): Promise<ProvisionTenantResult> {
  if (!(await forward.beginProvisioning(input))) return { outcome: 'settled' };
  const undo: (() => Promise<void>)[] = [];
  try {
    undo.push(() => untilDone.deleteOrganization(input));
    await forward.createOrganization(input);
    undo.push(() => untilDone.deleteOwner(input));
    await forward.createOwner(input);
    await createSchemas(input, undo);
    await forward.writeDefaults(input); // in identity's schema: goes with it
  } catch (error) {
    const reason = (rootCause(error) ?? 'unknown').slice(0, MAX_REASON_LENGTH);
    log.warn('provisioning failed, undoing it', { reason });
    await CancellationScope.nonCancellable(() => giveUp(input, undo, reason));
    return { outcome: 'failed' };
  }
  // Past the point of no return: an answer that got lost must not lead to the undo of a tenant that is ready.
  await CancellationScope.nonCancellable(() => untilDone.markTenantReady(input));
  return { outcome: 'ready' };
}

/** Every service its own schema, side by side. Waits for all of them, so that no undo overtakes a step. */
async function createSchemas(input: ProvisionTenantInput, undo: (() => Promise<void>)[]): Promise<void> {
  const steps = SERVICES.map((service) => {
    const taskQueue = activityQueue(service);
    const options = { ...SCHEMA_HEARTBEAT, taskQueue };
    undo.push(() => proxyActivities<TenancyActivities>({ ...UNTIL_DONE, ...options }).dropTenantSchema(input));
    return proxyActivities<TenancyActivities>({ ...FORWARD, ...options }).createTenantSchema(input);
  });
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Undoes in reverse order, then says so in the owning row, which frees the slug. */
async function giveUp(input: ProvisionTenantInput, undo: (() => Promise<void>)[], reason: string): Promise<void> {
  for (const step of undo.reverse()) await persist(step);
  await persist(() => untilDone.markTenantFailed({ ...input, reason }));
}

/** Temporal retries what may be retried; this goes on even after a failure that called itself final. */
async function persist(step: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      log.error('an undo step cannot go on', { reason: rootCause(error) });
      await sleep(STUCK_UNDO_PAUSE);
    }
  }
}
