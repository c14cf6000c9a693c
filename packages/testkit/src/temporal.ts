import { randomBytes } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Connection } from '@temporalio/client';
import { getEngines } from './engines.ts';
import { waitFor } from './wait-for.ts';

/** The server that skips time: a workflow that sleeps 30 days ends at once. One for each suite; `teardown()` ends it. */
export function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = getEngines().temporal.testServer;
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}

const RETENTION_SECONDS = 24 * 60 * 60;

/**
 * The real server in a namespace of the suite's own, where task queues and workflow ids meet nobody else's. `teardown()`
 * closes the connections; the namespace stays behind, empty of open work if the suite ended its workflows.
 */
export async function realTemporalEnvironment(): Promise<TestWorkflowEnvironment> {
  const { address } = getEngines().temporal;
  const namespace = `x-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as unknown as Long },
    });
    // The server's parts learn of a new namespace one after the other.
    await waitFor(() => connection.workflowService.countWorkflowExecutions({ namespace }).then(() => true), {
      what: `the Temporal namespace ${namespace}`,
      timeoutMs: 30_000,
    });
  } finally {
    await connection.close();
  }
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}
