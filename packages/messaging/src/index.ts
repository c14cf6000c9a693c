export { NatsLink, openNats, type NatsLinkOptions } from './nats-link.ts';
export { appendEvent } from './event-log/append-event.ts';
export { createEventRelay, EventRelay, type RelayOptions } from './event-log/relay.ts';
export { readEventMessage, writeEventMessage, type StoredEvent } from './event-log/event-message.ts';
export { eventLogRpc } from './event-log/event-log-rpc.ts';
export {
  addEventLogPartitions,
  PartitionKeeper,
  type PartitionKeeperOptions,
  type PartitionOptions,
  type PartitionReport,
} from './event-log/partitions.ts';
export { readLog } from './event-log/read-log.ts';
export { createConsumer, EventConsumer } from './consumer/consumer.ts';
export type { ConsumerOptions } from './consumer/options.ts';
export { onEvent, onEventView, type EventHandler, type ObservedBatch } from './consumer/handler.ts';
export { listFailedMessages } from './failed-message/failed-message.repository.ts';
export {
  retryFailedMessage,
  retryFailedMessages,
  type Digestion,
  type Retries,
  type RetriesOptions,
} from './failed-message/retry-failed-message.ts';
export { PoisonError } from './consumer/apply.ts';
export { callRpc, callRpcForLines } from './rpc/ask.ts';
export { rpcHandler, rpcLinesHandler, type RpcHandler } from './rpc/handler.ts';
export { Neighbours } from './rpc/neighbours.ts';
export { RpcServer, type RpcObserver } from './rpc/server.ts';
export { ensureStream } from './stream.ts';
export {
  applyJournalHandler,
  followJournal,
  journalCursorMigration,
  readCursor as readJournalCursor,
  type Followed,
  type JournalApplier,
  type JournalFollowerOptions,
  type JournalLine,
} from './journal/journal-follower.ts';
export { replayActivities } from './journal/replay-activities.ts';
export { messagingSharedMigrations, messagingTenantMigrations } from './migrations/event-log.ts';
