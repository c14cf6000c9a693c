import { randomBytes } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import Long from 'long';
import { temporalTestServer } from './binaries.ts';
import { getEngines } from './engines.ts';
import { waitFor } from './wait-for.ts';

// Temporal's libraries take a second to load, so only suites that use them do.

/** The SDK gives the server five seconds to answer, which a busy machine may need for starting Java alone. */
const START_TRIES = 6;

/** The server that skips time: a workflow that sleeps 30 days ends at once. One for each suite; `teardown()` ends it. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await temporalTestServer();
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (attempt >= START_TRIES) throw error;
    }
  }
}

const RETENTION_SECONDS = 24 * 60 * 60;

/**
 * The real server in a namespace of the suite's own, where task queues and workflow ids meet nobody else's. `teardown()`
 * closes the connections; the namespace stays behind, empty of open work if the suite ended its workflows.
 */
export async function realTemporalEnvironment(): Promise<TestWorkflowEnvironment> {
  const { address } = getEngines().temporal;
  const { Connection } = await import('@temporalio/client');
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const namespace = `x-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: Long.fromNumber(RETENTION_SECONDS) },
    });
    // The server's parts learn of a new namespace one after the other.
    await waitFor(() => connection.workflowService.countWorkflowExecutions({ namespace }).then(() => true), {
      what: `the Temporal namespace ${namespace}`,
      timeoutMs: 90_000,
    });
  } finally {
    await connection.close();
  }
  return TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
}
