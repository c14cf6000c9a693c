import { HERE, type Dashboard, type Panel } from '../dashboard.ts';

interface Measured {
  readonly metric: string;
  /** Labels by which the lines are told apart, the service among them. */
  readonly by: readonly string[];
  /** Selector of what went wrong. */
  readonly wrong: string;
}

/** Rate, errors and duration of anything that is measured by a histogram. */
function red({ metric, by, wrong }: Measured): Panel[] {
  const lines = by.join(', ');
  const legend = by.map((label) => `{{${label}}}`).join(' ');
  const rate = (selector: string): string => `sum by (${lines}) (rate(${metric}_count{${selector}}[5m]))`;
  return [
    { title: 'Rate', help: 'A second.', unit: 'reqps', queries: [{ expr: `topk(15, ${rate(HERE)})`, legend }] },
    {
      title: 'Errors',
      help: 'Share that went wrong on our side; nothing is shown where nothing did.',
      unit: 'percentunit',
      red: 0.05,
      queries: [{ expr: `topk(15, ${rate(`${HERE},${wrong}`)} / ${rate(HERE)})`, legend }],
    },
    {
      title: 'Duration, 99 of 100',
      help: 'The slowest fifteen.',
      unit: 's',
      queries: [
        {
          expr: `topk(15, histogram_quantile(0.99, sum by (${lines}, le) (rate(${metric}_bucket{${HERE}}[5m]))))`,
          legend,
        },
      ],
    },
  ];
}

const HTTP = {
  metric: 'nexus_http_server_duration_seconds',
  by: ['service', 'method', 'route'],
  wrong: 'status="5xx"',
};
const RPC = {
  metric: 'nexus_rpc_server_duration_seconds',
  by: ['service', 'question'],
  wrong: 'outcome=~"error|NX-1000|NX-1007|NX-3001|NX-3004"',
};
const ACTIVITY = { metric: 'nexus_activity_duration_seconds', by: ['service', 'activity'], wrong: 'outcome!="ok"' };

export const requests: Dashboard = {
  uid: 'nexus-requests',
  title: 'Nexus: requests, questions, activities',
  description: 'Rate, errors and duration of everything that a service is asked for.',
  rows: [
    { title: 'HTTP, by route', panels: red(HTTP) },
    { title: 'Questions over NATS', panels: red(RPC) },
    { title: 'Activities of workflows', panels: red(ACTIVITY) },
  ],
};
