import { waitFor } from '@nexus/testkit';
import type { ServiceName } from '@nexus/contracts';
import type { TrialPlatform } from '../platform.ts';
import { inDatabaseOf, rows, tenantSchema } from './footprint.ts';

const PATIENCE_MS = 90_000;

/** Waits until a service has passed everything in another's event log of the tenant, handled or set aside. */
export async function waitUntilPassed(
  platform: TrialPlatform,
  tenantId: string,
  source: ServiceName,
  consumer: ServiceName,
): Promise<void> {
  const schema = tenantSchema(tenantId);
  const place = async (service: ServiceName, text: string, values: readonly unknown[] = []): Promise<string> =>
    inDatabaseOf(platform, service, async (sql) => JSON.stringify(await rows(sql, text, values)));
  await waitFor(
    async () => {
      const pending = await place(source, `SELECT 1 FROM ${schema}.event_pending LIMIT 1`);
      const head = await place(source, `SELECT epoch, position FROM ${schema}.event_head`);
      const cursor = await place(consumer, `SELECT epoch, position FROM ${schema}.consumer_cursor WHERE source = $1`, [
        source,
      ]);
      return pending === '[]' && cursor === head;
    },
    { what: `${consumer} to pass the events of ${source}`, timeoutMs: PATIENCE_MS },
  );
}

/** Ids of the events that a service could not digest. */
export const setAside = (platform: TrialPlatform, tenantId: string, consumer: ServiceName): Promise<string[]> =>
  inDatabaseOf(platform, consumer, async (sql) =>
    (await rows<{ event_id: string }>(sql, `SELECT event_id FROM ${tenantSchema(tenantId)}.failed_message`)).map(
      (row) => row.event_id,
    ),
  );
