import { HERE, type Dashboard } from '../dashboard.ts';

/** Only processes of ours: others in the namespace may have metrics of the same names. */
const OURS = `and on (namespace, instance) group by (namespace, instance) (nexus_ready)`;
const perInstance = (expr: string): { expr: string; legend: string } => ({ expr, legend: '{{instance}}' });

export const processes: Dashboard = {
  uid: 'nexus-processes',
  title: 'Nexus: processes',
  description: 'What each process has of connections, CPU and memory, and what it needs.',
  rows: [
    {
      title: 'Connections to PostgreSQL',
      panels: [
        {
          title: 'In use',
          help: 'NEXUS_DATABASE_POOL of each process is the most it opens.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (service, state) (nexus_db_pool_connections{${HERE}})`,
              legend: '{{service}} {{state}}',
            },
          ],
        },
        {
          title: 'Waiting for one',
          help: 'Transactions; more than a moment of it means too few connections, or transactions that take too long.',
          unit: 'short',
          red: 1,
          queries: [{ expr: `sum by (service) (nexus_db_pool_waiting{${HERE}})`, legend: '{{service}}' }],
        },
      ],
    },
    {
      title: 'CPU',
      panels: [
        {
          title: 'Used',
          help: 'Of one core; JavaScript itself uses at most one.',
          unit: 'percentunit',
          queries: [perInstance(`rate(process_cpu_seconds_total{${HERE}}[5m]) ${OURS}`)],
        },
        {
          title: 'Event loop, 99 of 100',
          help: 'How late it comes round. It looks every 100 ms: up to 0.1 is nothing.',
          unit: 's',
          red: 0.5,
          queries: [perInstance(`nodejs_eventloop_lag_p99_seconds{${HERE}} ${OURS}`)],
        },
        {
          title: 'Garbage collection',
          help: 'Share of time.',
          unit: 'percentunit',
          queries: [
            perInstance(`sum by (namespace, instance) (rate(nodejs_gc_duration_seconds_sum{${HERE}}[5m])) ${OURS}`),
          ],
        },
      ],
    },
    {
      title: 'Memory and life',
      panels: [
        {
          title: 'Resident',
          help: 'Beside the container’s limit.',
          unit: 'bytes',
          queries: [perInstance(`process_resident_memory_bytes{${HERE}} ${OURS}`)],
        },
        {
          title: 'Heap used',
          help: 'Of JavaScript.',
          unit: 'bytes',
          queries: [perInstance(`nodejs_heap_size_used_bytes{${HERE}} ${OURS}`)],
        },
        {
          title: 'Starts in the last hour',
          help: 'A rollout is one.',
          unit: 'short',
          red: 3,
          queries: [perInstance(`changes(process_start_time_seconds{${HERE}}[1h]) ${OURS}`)],
        },
        {
          title: 'Gauges that could not be read',
          help: 'What is measured blind.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (service, group) (increase(nexus_gauges_failed_total{${HERE}}[15m]))`,
              legend: '{{service}} {{group}}',
            },
          ],
        },
      ],
    },
  ],
};
