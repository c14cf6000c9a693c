import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundle, bundleWorkflowCode } from '@temporalio/worker';
import { realTemporalEnvironment, timeSkippingEnvironment } from './temporal.ts';

const TASK_QUEUE = 'workflows';
let bundle: WorkflowBundle;

beforeAll(async () => {
  bundle = await bundleWorkflowCode({
    workflowsPath: new URL('./test-support/sleeper.workflow.ts', import.meta.url).pathname,
  });
});

async function sleepFor(environment: TestWorkflowEnvironment, milliseconds: number): Promise<unknown> {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
    taskQueue: TASK_QUEUE,
    workflowBundle: bundle,
  });
  return worker.runUntil(
    environment.client.workflow.execute('sleeper', {
      taskQueue: TASK_QUEUE,
      workflowId: 'sleeper',
      args: [milliseconds],
    }),
  );
}

describe('the time-skipping server', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await timeSkippingEnvironment();
  });
  afterAll(() => environment.teardown());

  test('a workflow that sleeps thirty days ends at once', async () => {
    const days = 24 * 60 * 60 * 1000;
    expect(await sleepFor(environment, 30 * days)).toBe('slept well');
  });
});

describe('the real server', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await realTemporalEnvironment();
  });
  afterAll(() => environment.teardown());

  test('runs workflows in a namespace of the suite alone', async () => {
    expect(environment.namespace).toMatch(/^x-[0-9a-f]{12}$/);
    expect(await sleepFor(environment, 1)).toBe('slept well');
  });
});
