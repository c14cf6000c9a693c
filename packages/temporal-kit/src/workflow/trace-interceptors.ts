import { type Headers, type WorkflowInterceptorsFactory } from '@temporalio/workflow';

/*
 * Runs inside the workflow sandbox: nothing of Node, nothing of ours. OpenTelemetry is not loaded there; the header is
 * carried on as it came, so that activities continue the trace of whoever woke the workflow last. Deterministic: what it
 * does follows from the history alone.
 */

/** Must be `TRACE_HEADER` of `trace-header.ts`, which cannot be imported into the sandbox. */
const TRACE_HEADER = 'nexus-trace';

export const interceptors: WorkflowInterceptorsFactory = () => {
  let trace: Headers = {};
  const take = (headers: Headers): void => {
    const payload = headers[TRACE_HEADER];
    if (payload !== undefined) trace = { [TRACE_HEADER]: payload };
  };
  const give = <T extends { readonly headers: Headers }>(input: T): T => ({
    ...input,
    headers: { ...trace, ...input.headers },
  });
  return {
    inbound: [
      {
        execute(input, next) {
          // A signal that came with the start is handled before this, and is the newer one.
          if (Object.keys(trace).length === 0) take(input.headers);
          return next(input);
        },
        handleSignal(input, next) {
          take(input.headers);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(give(input)),
        scheduleLocalActivity: (input, next) => next(give(input)),
        startChildWorkflowExecution: (input, next) => next(give(input)),
        signalWorkflow: (input, next) => next(give(input)),
        continueAsNew: (input, next) => next(give(input)),
      },
    ],
  };
};
