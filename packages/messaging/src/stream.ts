import { eventStream, type ServiceName } from '@nexus/contracts';
import {
  jetstreamManager,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const DAY_NS = 24 * 3600 * 1e9;

/**
 * Makes the stream that carries a service's events, if it is not there. The stream only carries: what it has dropped
 * or lost is read from the owner's log, so it is bounded by age and size.
 */
export async function ensureStream(connection: NatsConnection, source: ServiceName): Promise<JetStreamManager> {
  const manager = await jetstreamManager(connection);
  try {
    await manager.streams.info(eventStream(source));
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== 10059) throw error;
    await manager.streams.add({
      name: eventStream(source),
      subjects: [`ev.${source}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: 3 * DAY_NS,
      max_bytes: 4 * 1024 ** 3,
      duplicate_window: 120e9,
    });
  }
  return manager;
}
