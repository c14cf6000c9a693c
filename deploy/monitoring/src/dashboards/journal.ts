import { HERE, type Dashboard } from '../dashboard.ts';

export const journal: Dashboard = {
  uid: 'nexus-journal',
  title: 'Nexus: from till to books',
  description: 'The way of a sale: on the till, in sync’s journal, taken by its consumers, told by events.',
  rows: [
    {
      title: 'On tills',
      panels: [
        {
          title: 'Longest unsent, the worst tills',
          help: 'Age of the oldest unsent entry, by the till’s own clock, as it last reported.',
          unit: 's',
          kind: 'table',
          red: 86_400,
          queries: [
            {
              expr: `topk(20, max by (tenant, terminal) (nexus_till_oldest_unsent_seconds{${HERE}}))`,
              legend: '{{tenant}} {{terminal}}',
            },
          ],
        },
        {
          title: 'Most unsent, the worst tills',
          help: 'Minor units of the currency beside it, and entries.',
          unit: 'none',
          kind: 'table',
          queries: [
            {
              expr: `topk(20, max by (tenant, terminal, currency) (nexus_till_unsent_minor{${HERE}}))`,
              legend: '{{tenant}} {{terminal}}',
            },
            {
              expr: `topk(20, max by (tenant, terminal) (nexus_till_unsent_entries{${HERE}}))`,
              legend: '{{tenant}} {{terminal}}',
            },
          ],
        },
        {
          title: 'Silent for longest',
          help: 'Tills that were in use within the last month and are not heard of: what they hold is not known.',
          unit: 's',
          kind: 'table',
          queries: [
            {
              expr: `topk(20, max by (tenant, terminal) (nexus_till_last_contact_seconds{${HERE}}))`,
              legend: '{{tenant}} {{terminal}}',
            },
          ],
        },
      ],
    },
    {
      title: 'In the journal',
      panels: [
        {
          title: 'Uploads',
          help: 'By class of answer. 4xx are refusals: badly signed, oversized.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (status) (rate(nexus_http_server_duration_seconds_count{${HERE},service="sync",route="/journal"}[5m]))`,
              legend: '{{status}}',
            },
          ],
        },
        {
          title: 'Entries waiting',
          help: 'Received and not yet taken by the slowest consumer, or waiting for what they follow.',
          unit: 'short',
          queries: [{ expr: `max(nexus_replay_waiting_entries{${HERE}})`, legend: 'entries' }],
        },
        {
          title: 'Oldest of them',
          help: 'Since it was received.',
          unit: 's',
          red: 600,
          queries: [{ expr: `max(nexus_replay_oldest_waiting_seconds{${HERE}})`, legend: 'seconds' }],
        },
      ],
    },
    {
      title: 'In the event logs',
      panels: [
        {
          title: 'Not published',
          help: 'Events that committed and are not known to be in JetStream.',
          unit: 'short',
          queries: [{ expr: `max by (service) (nexus_event_log_unpublished_events{${HERE}})`, legend: '{{service}}' }],
        },
        {
          title: 'Applied',
          help: 'Events of other services, by outcome.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (service, source, outcome) (rate(nexus_events_applied_total{${HERE}}[5m]))`,
              legend: '{{service}} ← {{source}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Tenants behind',
          help: 'With events heard of and not applied, in each process.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (service, source) (nexus_consumer_backlog_tenants{${HERE}})`,
              legend: '{{service}} ← {{source}}',
            },
          ],
        },
        {
          title: 'Batch, 95 of 100',
          help: 'Time of the transaction that applies a batch.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.95, sum by (service, source, le) (rate(nexus_event_batch_duration_seconds_bucket{${HERE}}[5m])))`,
              legend: '{{service}} ← {{source}}',
            },
          ],
        },
      ],
    },
  ],
};
