import {
  replayTerminalId,
  WORKFLOW_TASK_QUEUE,
  type ReplayActivities,
  type ReplayTerminalInput,
} from '@nexus/contracts/workflows';
import { timeSkippingEnvironment } from '@nexus/testkit';
import type { WorkflowHandleWithSignaledRunId } from '@temporalio/client';
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
import { wakeSignal, type replayTerminal } from './replay-terminal.workflow.ts';
import { type ReplayWorld } from './replay-terminal.world.ts';

export const replayTerminalBundle = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'replay-terminal.workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });

/** Lines of each worker's life are kept out of a test's output; once in a process, before any worker. */
export const quietRuntime = (): void => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
};

export type ReplayHandle = WorkflowHandleWithSignaledRunId<typeof replayTerminal>;

/** Runs the workflow on the server that skips time, over a model of the services: for its tests and saved histories. */
export class ReplayBench {
  readonly env: TestWorkflowEnvironment;
  readonly #worlds = new Map<string, ReplayWorld>();
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;

  private constructor(env: TestWorkflowEnvironment) {
    this.env = env;
  }

  static async open(): Promise<ReplayBench> {
    quietRuntime();
    const workflowBundle = await replayTerminalBundle();
    const bench = new ReplayBench(await patiently(timeSkippingEnvironment));
    const connection = bench.env.nativeConnection;
    const world = ({ terminalId }: ReplayTerminalInput): ReplayWorld => {
      const found = bench.#worlds.get(terminalId);
      if (found === undefined) throw new Error('no world for this terminal');
      return found;
    };
    const activities: ReplayActivities = {
      prepareReplay: (input) => world(input).prepareReplay(),
      applyJournal: (input) => world(input).applyJournal(input),
      settleReplay: (input) => world(input).settleReplay(input),
    };
    bench.#worker = await Worker.create({ connection, taskQueue: WORKFLOW_TASK_QUEUE, workflowBundle, activities });
    bench.#running = bench.#worker.run();
    return bench;
  }

  async close(): Promise<void> {
    this.#worker?.shutdown();
    await this.#running;
    await this.env.teardown();
  }

  /** Wakes the replay of a world as the relay does. */
  async wake(world: ReplayWorld, input = this.input(world)): Promise<ReplayHandle> {
    return this.env.client.workflow.signalWithStart<typeof replayTerminal>('replayTerminal', {
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowId: replayTerminalId(input.tenantId, input.terminalId),
      args: [input],
      signal: wakeSignal,
      signalArgs: [],
    });
  }

  input(world: ReplayWorld): ReplayTerminalInput {
    const known = [...this.#worlds].find(([, other]) => other === world)?.[0];
    const input = { tenantId: '019f0000-0000-7000-8000-000000000001', terminalId: known ?? randomUUID() };
    this.#worlds.set(input.terminalId, world);
    return input;
  }
}

/** The SDK gives the server five seconds to start, which a busy machine may not have. */
async function patiently<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}
