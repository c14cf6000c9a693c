import { eventStream, type ServiceName } from '@nexus/contracts';
import {
  jetstreamManager,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { Logger } from '@nexus/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';

const DAY_NS = 24 * 3600 * 1e9;
/** JetStream's codes: no such stream; a server that is no cluster; a cluster with too few servers at the moment. */
const [NOT_FOUND, NO_CLUSTER, NO_PEERS] = [10059, 10074, 10005];

export interface StreamOptions {
  /**
   * Servers that keep a copy. Absent: a new stream has one, others are left as they are. Where the servers do not allow so
   * many, the stream has those that they allow, and is brought there the next time that somebody starts.
   */
  readonly replicas?: number | undefined;
  readonly logger: Logger;
}

/**
 * Makes the stream that carries a service's events, if it is not there. The stream only carries: what it has dropped
 * or lost is read from the owner's log, so it is bounded by age and size, and one with too few copies is better than none.
 */
export async function ensureStream(
  connection: NatsConnection,
  source: ServiceName,
  { replicas, logger }: StreamOptions,
): Promise<JetStreamManager> {
  const manager = await jetstreamManager(connection);
  const stream = eventStream(source);
  const has = await replicasOf(manager, stream);
  if (has === undefined) await addStream(manager, source, replicas ?? 1);
  const now = has ?? (await replicasOf(manager, stream));
  if (replicas === undefined || now === replicas) return manager;
  try {
    await manager.streams.update(stream, { num_replicas: replicas });
    logger.info({ stream, replicas }, 'the stream has another number of replicas now');
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    logger.warn({ err: error, stream, replicas: now, wanted: replicas }, 'the stream cannot have so many replicas');
  }
  return manager;
}

/** Undefined where there is no such stream. */
async function replicasOf(manager: JetStreamManager, stream: string): Promise<number | undefined> {
  try {
    return (await manager.streams.info(stream)).config.num_replicas;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NOT_FOUND) return undefined;
    throw error;
  }
}

async function addStream(manager: JetStreamManager, source: ServiceName, replicas: number): Promise<void> {
  try {
    await manager.streams.add({
      name: eventStream(source),
      subjects: [`ev.${source}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: 3 * DAY_NS,
      max_bytes: 4 * 1024 ** 3,
      duplicate_window: 120e9,
      num_replicas: replicas,
    });
  } catch (error) {
    const tooMany = error instanceof JetStreamApiError && (error.code === NO_CLUSTER || error.code === NO_PEERS);
    if (!tooMany || replicas === 1) throw error;
    await addStream(manager, source, 1);
  }
}
