import { HERE, type Dashboard } from '../dashboard.ts';

const perService = (expr: string): { expr: string; legend: string } => ({ expr, legend: '{{service}}' });

export const overview: Dashboard = {
  uid: 'nexus-overview',
  title: 'Nexus: at a glance',
  description:
    'Is anybody served badly, is any money late, does any process fail. Each number leads to a runbook by its alert.',
  rows: [
    {
      title: 'Money',
      panels: [
        {
          title: 'Unsent on tills',
          help: 'What all tills last said that they hold. A till that is offline says nothing: see the age of its report.',
          unit: 'none',
          kind: 'stat',
          queries: [
            { expr: `max by (currency) (nexus_tills_unsent_minor{${HERE}})`, legend: '{{currency}}, minor units' },
          ],
        },
        {
          title: 'Tills that hold something unsent',
          help: 'Some always do: the sales of the last seconds, tills without a network.',
          unit: 'short',
          queries: [
            { expr: `max(nexus_tills_with_unsent{${HERE}})`, legend: 'tills' },
            { expr: `max(nexus_tills_unsent_entries{${HERE}})`, legend: 'entries' },
          ],
        },
        {
          title: 'Oldest entry not in the books',
          help: 'Received by sync and not yet taken by a consumer. Seconds in ordinary life.',
          unit: 's',
          red: 600,
          queries: [{ expr: `max(nexus_replay_oldest_waiting_seconds{${HERE}})`, legend: 'replay' }],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Rate',
          help: 'Requests answered.',
          unit: 'reqps',
          queries: [perService(`sum by (service) (rate(nexus_http_server_duration_seconds_count{${HERE}}[5m]))`)],
        },
        {
          title: 'Errors',
          help: 'Share of answers that were an error of ours (5xx).',
          unit: 'percentunit',
          red: 0.05,
          queries: [
            perService(
              `sum by (service) (rate(nexus_http_server_duration_seconds_count{${HERE},status="5xx"}[5m])) / sum by (service) (rate(nexus_http_server_duration_seconds_count{${HERE}}[5m]))`,
            ),
          ],
        },
        {
          title: 'Duration, 99 of 100',
          help: 'Event streams count until they begin.',
          unit: 's',
          red: 2.5,
          queries: [
            perService(
              `histogram_quantile(0.99, sum by (service, le) (rate(nexus_http_server_duration_seconds_bucket{${HERE}}[5m])))`,
            ),
          ],
        },
      ],
    },
    {
      title: 'Behind',
      panels: [
        {
          title: 'Event logs: oldest not published',
          help: 'A few seconds in ordinary life; grows while NATS is away. Nothing is lost meanwhile.',
          unit: 's',
          red: 300,
          queries: [perService(`max by (service) (nexus_event_log_oldest_unpublished_seconds{${HERE}})`)],
        },
        {
          title: 'Messages set aside',
          help: 'A consumer could not digest them; a person looks and tries again.',
          unit: 'short',
          red: 1,
          queries: [perService(`max by (service) (nexus_failed_messages{${HERE}})`)],
        },
        {
          title: 'Processes ready',
          help: 'Of each service.',
          unit: 'short',
          queries: [perService(`sum by (service) (nexus_ready{${HERE}})`)],
        },
      ],
    },
  ],
};
