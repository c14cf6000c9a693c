import { counter, durations, gauge, type Metric } from './metric.ts';

/**
 * Every metric of the platform, with its labels: the one place where a name is written, which dashboards and alerts are
 * checked against. `service` is a label of each, since one process may hold several services. Labels take few values:
 * routes are templates, tenants and terminals appear only for the worst tills.
 */
export const METRICS = {
  httpDuration: durations(
    'nexus_http_server_duration_seconds',
    'Time until a request was answered; of an event stream, until it began',
    ['service', 'method', 'route', 'status'],
  ),
  rpcDuration: durations('nexus_rpc_server_duration_seconds', 'Time until a question over NATS was answered', [
    'service',
    'question',
    'outcome',
  ]),
  batchDuration: durations(
    'nexus_event_batch_duration_seconds',
    'Time of the transaction that applied a batch of another service’s events',
    ['service', 'source', 'outcome'],
  ),
  eventsApplied: counter('nexus_events_applied_total', 'Events of another service that were applied, or could not be', [
    'service',
    'source',
    'outcome',
  ]),
  activityDuration: durations('nexus_activity_duration_seconds', 'Time of one try of an activity', [
    'service',
    'activity',
    'outcome',
  ]),
  ready: gauge('nexus_ready', '1 when the process answers its readiness probe with yes', ['service']),
  unpublishedEvents: gauge(
    'nexus_event_log_unpublished_events',
    'Events that committed and are not known to be published',
    ['service'],
  ),
  oldestUnpublished: gauge('nexus_event_log_oldest_unpublished_seconds', 'Age of the oldest of them; 0 without any', [
    'service',
  ]),
  consumerBacklog: gauge(
    'nexus_consumer_backlog_tenants',
    'Tenants with events of that source heard of and not applied, in this process',
    ['service', 'source'],
  ),
  failedMessages: gauge('nexus_failed_messages', 'Messages set aside for a person, over all tenants', ['service']),
  replayWaiting: gauge('nexus_replay_waiting_entries', 'Journal entries that a consumer has not taken', ['service']),
  oldestReplayWaiting: gauge(
    'nexus_replay_oldest_waiting_seconds',
    'Time since the oldest of them was received; 0 without any',
    ['service'],
  ),
  tillUnsentMinor: gauge('nexus_till_unsent_minor', 'What a till last said that it holds unsent; the worst tills', [
    'service',
    'tenant',
    'terminal',
    'currency',
  ]),
  tillUnsentEntries: gauge('nexus_till_unsent_entries', 'Entries that a till last said it holds unsent', [
    'service',
    'tenant',
    'terminal',
  ]),
  tillOldestUnsent: gauge('nexus_till_oldest_unsent_seconds', 'Age of a till’s oldest unsent entry, by its own clock', [
    'service',
    'tenant',
    'terminal',
  ]),
  tillLastContact: gauge('nexus_till_last_contact_seconds', 'Time since a till was last heard of', [
    'service',
    'tenant',
    'terminal',
  ]),
  tillsUnsent: gauge('nexus_tills_with_unsent', 'Tills that last said they hold something unsent, over all tenants', [
    'service',
  ]),
  tillsUnsentMinor: gauge('nexus_tills_unsent_minor', 'What all tills last said that they hold unsent', [
    'service',
    'currency',
  ]),
  tillsUnsentEntries: gauge('nexus_tills_unsent_entries', 'Entries that all tills last said they hold unsent', [
    'service',
  ]),
  poolConnections: gauge('nexus_db_pool_connections', 'Connections of the pool to PostgreSQL', ['service', 'state']),
  poolWaiting: gauge('nexus_db_pool_waiting', 'Transactions that wait for a connection', ['service']),
  gaugesFailed: counter('nexus_gauges_failed_total', 'Times that a group of gauges could not be read', [
    'service',
    'group',
  ]),
} as const satisfies Record<string, Metric>;
