import { eventSubject, transactionsRecorded, type EventEnvelope, type TransactionFacts } from '@nexus/contracts';
import { readEventMessage, type NatsLink } from '@nexus/messaging';
import type { ServerSentEvent } from '@nexus/service-kit';

export interface LiveEvent {
  readonly transactions: number;
  readonly branches: string[];
  readonly at: number;
}

/**
 * Tells open screens that new transactions are there. It listens to the published events themselves, so it works with
 * any number of pods; a screen that misses one sees the numbers at its next question.
 */
export class LiveSales {
  readonly #nats: NatsLink;

  constructor(nats: NatsLink) {
    this.#nats = nats;
  }

  /** Events of one tenant until `signal` aborts; only those that touch a branch which the bearer sees. */
  async *follow(
    tenantId: string,
    branches: readonly string[] | null,
    signal: AbortSignal,
  ): AsyncGenerator<ServerSentEvent<LiveEvent>> {
    const connection = await this.#nats.connection();
    const subscription = connection.subscribe(eventSubject('sales', tenantId, transactionsRecorded.kind));
    const stop = (): void => subscription.unsubscribe();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const message of subscription) {
        const event = readEventMessage(message.data) as EventEnvelope<{ transactions: TransactionFacts[] }>;
        const seen = event.data.transactions.filter((t) => branches === null || branches.includes(t.branch));
        if (seen.length === 0) continue;
        yield {
          data: {
            transactions: seen.length,
            branches: [...new Set(seen.map((t) => t.branch))],
            at: Date.parse(event.at),
          },
        };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }
}
