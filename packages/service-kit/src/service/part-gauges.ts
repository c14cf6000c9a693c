import type { EventConsumer } from '@nexus/messaging';
import { METRICS, sample, type GaugeGroupOptions, type Metrics, type Sample } from '@nexus/telemetry';
import type { ServiceName } from '@nexus/contracts';
import type { SharedTx, TenancyDb, TxOptions } from '@nexus/tenancy-db';
import type { TenantFigure, TenantFigures } from '../figures/tenant-figures.ts';
import type { Health } from '../http/health.ts';
import type { PoolWatch } from './pool.ts';
import type { Background } from './standard-service.ts';

/** Gauges that a service adds to those that every service has. */
export type Gauges = Omit<GaugeGroupOptions, 'service'>;

export interface Watched {
  readonly service: ServiceName;
  readonly db: TenancyDb;
  readonly pool: PoolWatch;
  readonly health: Health;
  readonly consumers: readonly (readonly [source: ServiceName, consumer: EventConsumer])[];
  readonly own: readonly Gauges[];
  readonly kept: TenantFigures;
  readonly figures: readonly TenantFigure[];
}

/** What a scrape may cost the database: a statement for each group at most this often, and never for long. */
export const SCRAPED: Pick<Gauges, 'keepMs' | 'timeoutMs'> = { keepMs: 10_000, timeoutMs: 3_000 };
export const SCRAPE_STATEMENT: TxOptions = { statementTimeoutMs: 2_000, retries: 0 };
/** Rows of the doorbell that are counted; beyond it the number says "at least". */
const MAX_RINGS = 100_000;

export const FAILED_MESSAGES = 'failed-messages';

const failedMessagesFigure: TenantFigure = {
  name: FAILED_MESSAGES,
  async count(tx) {
    const [row] = await tx.query<{ count: string }>('SELECT count(*) AS count FROM failed_message');
    return { count: Number(row?.count ?? 0) };
  },
};

/** Puts a service's gauges beside the others of its process and keeps what they read; nothing where nobody measures. */
export function measuring(metrics: Metrics | undefined, watched: Watched): Background {
  const { service, kept, figures } = watched;
  let ends: (() => void)[] = [];
  return {
    start() {
      if (metrics === undefined) return;
      kept.add([failedMessagesFigure, ...figures]);
      kept.start();
      ends = gaugesOf(watched).map((gauges) => metrics.gauges({ service, ...gauges }));
    },
    async stop() {
      for (const end of ends) end();
      await kept.stop();
    },
  };
}

const gaugesOf = (watched: Watched): readonly Gauges[] => [
  { name: 'process', read: () => ofProcess(watched) },
  { name: 'event-log', ...SCRAPED, read: () => watched.db.shared((tx) => ofEventLog(tx, watched), SCRAPE_STATEMENT) },
  {
    name: 'failed-messages',
    ...SCRAPED,
    read: () => watched.db.shared((tx) => ofFailed(tx, watched), SCRAPE_STATEMENT),
  },
  ...watched.own,
];

async function ofProcess({ service, pool, health, consumers }: Watched): Promise<readonly Sample[]> {
  const { idle, busy, waiting } = pool.counts();
  return [
    sample(METRICS.ready, { service }, (await health.readiness()).ready ? 1 : 0),
    sample(METRICS.poolConnections, { service, state: 'idle' }, idle),
    sample(METRICS.poolConnections, { service, state: 'busy' }, busy),
    sample(METRICS.poolWaiting, { service }, waiting),
    ...consumers.map(([source, consumer]) => sample(METRICS.consumerBacklog, { service, source }, consumer.backlog())),
  ];
}

/** The doorbell rings in the transaction that appends an event and is silenced when the event is published. */
async function ofEventLog(tx: SharedTx, { service }: Watched): Promise<readonly Sample[]> {
  const [row] = await tx.query<{ events: string; age: string }>(
    `SELECT (SELECT count(*) FROM (SELECT 1 FROM doorbell WHERE topic = 'event' LIMIT ${MAX_RINGS}) AS rings) AS events,
       coalesce((SELECT extract(epoch FROM now() - rung_at) FROM doorbell WHERE topic = 'event'
                 ORDER BY rung_at LIMIT 1), 0) AS age`,
  );
  return [
    sample(METRICS.unpublishedEvents, { service }, Number(row?.events ?? 0)),
    sample(METRICS.oldestUnpublished, { service }, Math.max(0, Number(row?.age ?? 0))),
  ];
}

async function ofFailed(tx: SharedTx, { service }: Watched): Promise<readonly Sample[]> {
  const [row] = await tx.query<{ count: string }>(
    `SELECT coalesce(sum((figures->>'count')::bigint), 0) AS count FROM tenant_figure WHERE name = $1`,
    [FAILED_MESSAGES],
  );
  return [sample(METRICS.failedMessages, { service }, Number(row?.count ?? 0))];
}
