import {
  activityQueue,
  provisionTenantId,
  SERVICES,
  WORKFLOW_TASK_QUEUE,
  type ProvisionTenantInput,
} from '@nexus/contracts';
import { timeSkippingEnvironment } from '@nexus/testkit';
import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { provisionTenant, ProvisionTenantResult } from '../provision-tenant.workflow.ts';
import { ProvisioningWorld } from './world.ts';

export type Act = (handle: WorkflowHandle<typeof provisionTenant>) => Promise<unknown>;

export const provisionTenantBundle = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '../provision-tenant.workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });

/** Lines of each worker's life are kept out of a test's output; once in a process, before any worker. */
export const quietRuntime = (): void => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
};

/** Runs the workflow on the server that skips time, over a model of the engines: for its tests and its saved histories. */
export class ProvisioningBench {
  readonly #env: TestWorkflowEnvironment;
  readonly #worlds = new Map<string, ProvisioningWorld>();
  #workers: Worker[] = [];
  #running: Promise<void>[] = [];

  private constructor(env: TestWorkflowEnvironment) {
    this.#env = env;
  }

  static async open(): Promise<ProvisioningBench> {
    quietRuntime();
    const workflowBundle = await provisionTenantBundle();
    const bench = new ProvisioningBench(await timeSkippingEnvironment());
    const connection = bench.#env.nativeConnection;
    bench.#workers = await Promise.all([
      Worker.create({ connection, taskQueue: WORKFLOW_TASK_QUEUE, workflowBundle }),
      ...SERVICES.map((service) => {
        const taskQueue = activityQueue(service);
        return Worker.create({ connection, taskQueue, activities: bench.#activities(taskQueue) });
      }),
    ]);
    bench.#running = bench.#workers.map((worker) => worker.run());
    return bench;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.shutdown();
    await Promise.all(this.#running);
    await this.#env.teardown();
  }

  /** One run over a world: what it answered, the world as it is left, and the run's history. */
  async provision<W extends ProvisioningWorld>(
    world: W,
    act?: Act,
  ): Promise<{ world: W; result: ProvisionTenantResult; history: History }> {
    const input: ProvisionTenantInput = { tenantId: randomUUID(), provisioningId: randomUUID() };
    this.#worlds.set(input.tenantId, world);
    const handle = await this.#env.client.workflow.start<typeof provisionTenant>('provisionTenant', {
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowId: provisionTenantId(input.tenantId),
      args: [input],
    });
    await act?.(handle);
    const result = await handle.result();
    return { world, result, history: await handle.fetchHistory() };
  }

  /** Activities of a queue, each answered by the world of its tenant. */
  #activities(taskQueue: string): Record<string, Activity> {
    const names = Object.keys(new ProvisioningWorld().activities().get(taskQueue) ?? {});
    const answered = (name: string): Activity => {
      return (input) => {
        const world = this.#worlds.get(input.tenantId)?.activities().get(taskQueue) as Record<string, Activity>;
        const activity = world[name];
        if (activity === undefined) throw new Error(`no activity ${name} on ${taskQueue}`);
        return activity(input);
      };
    };
    return Object.fromEntries(names.map((name) => [name, answered(name)]));
  }
}
type Activity = (input: ProvisionTenantInput) => Promise<unknown>;
