import { applyJournalRpc, prepareReplayRpc, settleReplayRpc, type ReplayActivities } from '@nexus/contracts';
import type { NatsLink } from '../nats-link.ts';
import { callRpc } from '../rpc/ask.ts';

/** Calls that one try makes at most, of 8 batches each: what is left then is the next round's. */
const MAX_CALLS = 1_000;

/** Local activities of the workflow `replayTerminal`: the services do the work, here is only who is asked. */
export const replayActivities = (nats: NatsLink): ReplayActivities => ({
  prepareReplay: ({ tenantId, terminalId }) => callRpc(nats, prepareReplayRpc, tenantId, { terminal: terminalId }),

  applyJournal: async ({ tenantId, terminalId, service }) => {
    const question = applyJournalRpc(service);
    for (let call = 1; ; call += 1) {
      const { drained, epoch, number } = await callRpc(nats, question, tenantId, { terminal: terminalId });
      if (drained || call >= MAX_CALLS) return { service, epoch, number };
    }
  },

  settleReplay: ({ tenantId, terminalId, passed }) =>
    callRpc(nats, settleReplayRpc, tenantId, { terminal: terminalId, passed: [...passed] }),
});
