import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JOURNAL_CONSUMERS, type UploadHeader } from '@nexus/contracts';
import { TenantFigures } from '@nexus/service-kit';
import { createMetrics } from '@nexus/telemetry';
import type { TenancyDb } from '@nexus/tenancy-db';
import { createTestTenant, waitFor, withSuperuser, type TestTenant } from '@nexus/testkit';
import { receiveUpload } from '../journal/receive-upload.ts';
import { clean, savePlaces } from '../replay/replay.repository.ts';
import { service } from '../service.ts';
import { createSyncSuite, type SyncSuite } from '../testing/suite.ts';
import type { TestTill } from '../testing/test-till.ts';
import { replayFigure, replayGauges } from './replay-figure.ts';
import { tillFigure, TILLS } from './till-figure.ts';
import { tillGauges } from './till-gauges.ts';

let suite: SyncSuite;
let figures: TenantFigures;
let other: TestTenant;
const metrics = createMetrics();

beforeAll(async () => {
  suite = await createSyncSuite();
  const provisioner = service.createProvisioner(suite.databases.provisionerUrl('sync'));
  await provisioner.migrateShared();
  other = await createTestTenant(provisioner);
  await provisioner.close();
  figures = new TenantFigures({ db: suite.db, logger: suite.deps.logger, everyMs: 20 });
  figures.add([replayFigure, tillFigure]);
  figures.start();
  // As a scrape sees it: whoever opens a transaction in a tenant's schema fails here.
  const watching = { service: 'sync', shared: suite.db.shared.bind(suite.db) } as unknown as TenancyDb;
  for (const gauges of [replayGauges(watching), tillGauges(watching)])
    metrics.gauges({ service: 'sync', ...gauges, keepMs: 0 });
}, 180_000);

afterAll(async () => {
  await figures.stop();
  await suite.close();
});

/** Values of a metric by its labels but `service`. */
async function values(name: string): Promise<Record<string, number>> {
  const found = (await metrics.text()).matchAll(new RegExp(`^${name}\\{service="sync",?([^}]*)\\} (\\S+)$`, 'gm'));
  return Object.fromEntries([...found].map(([, labels, text]) => [labels ?? '', Number(text)] as const));
}
const value = async (name: string): Promise<number | undefined> => (await values(name))[''];

/** Uploads and says so, as the service does. */
async function send(till: TestTill, changes: Partial<UploadHeader> = {}): Promise<void> {
  const deps = { ...suite.deps, reported: (tenantId: string) => figures.changed(TILLS, tenantId) };
  await receiveUpload(deps, till.upload(1, till.lines.length, changes));
}

/** What append-only tables do not let the service do. */
const asOwner = (sql: string): Promise<unknown> =>
  withSuperuser(suite.databases.superuserUrl('sync'), async (run) => {
    await run(`SET search_path = "t_${suite.tenant.tenantId.replaceAll('-', '')}"`);
    await run(sql);
  });

describe('tills', () => {
  test('show what they last said that they hold: by name, and all tenants together', async () => {
    const [first, second] = [await suite.till(), await suite.till({ tenant: other })];
    const hourAgo = Date.now() - 3_600_000;
    const body = { k: 'no-sale' };
    first.write(body);
    second.write(body);
    await send(first, { unsent: { count: 4, gross: 12_000, cur: 'GHS', oldest: hourAgo } });
    await send(second, { unsent: { count: 3, gross: 500, cur: 'KES', oldest: hourAgo - 1_000 } });
    await waitFor(async () => (await value('nexus_tills_with_unsent')) === 2);

    const labels = `tenant="${suite.tenant.tenantId}",terminal="${first.terminal}"`;
    expect(await values('nexus_till_unsent_minor')).toMatchObject({ [`${labels},currency="GHS"`]: 12_000 });
    expect(await values('nexus_till_unsent_entries')).toMatchObject({ [labels]: 3 });
    expect((await values('nexus_till_oldest_unsent_seconds'))[labels]).toBeGreaterThanOrEqual(3_600);
    expect((await values('nexus_till_last_contact_seconds'))[labels]).toBeLessThan(3_600);
    expect(await values('nexus_tills_unsent_minor')).toEqual({ 'currency="GHS"': 12_000, 'currency="KES"': 500 });
    expect(await value('nexus_tills_unsent_entries')).toBe(5);
  });

  test('with nothing unsent and lately heard of are not named', async () => {
    const till = await suite.till();
    till.write({ k: 'no-sale' });
    await send(till, { unsent: { count: 1, gross: 0, cur: 'GHS' } });
    const silent = await suite.till();
    await suite.query(`UPDATE terminal SET last_contact = now() - interval '3 hours' WHERE id = $1`, [silent.terminal]);
    figures.changed(TILLS, suite.tenant.tenantId);
    const named = async (): Promise<string> => Object.keys(await values('nexus_till_last_contact_seconds')).join();
    await waitFor(async () => (await named()).includes(silent.terminal));
    expect(await named()).not.toContain(till.terminal);
  });

  test('are named up to a bound, whatever a tenant has of them; totals count all', async () => {
    await suite.query(
      `INSERT INTO terminal (id, unsent_count, unsent_gross, unsent_currency, unsent_oldest)
       SELECT gen_random_uuid(), 1, 100, 'XOF', n FROM generate_series(1, 40) n`,
    );
    figures.changed(TILLS, suite.tenant.tenantId);
    await waitFor(async () => (await values('nexus_tills_unsent_minor'))['currency="XOF"'] === 4_000);
    const named = Object.keys(await values('nexus_till_unsent_entries'));
    expect(named.filter((labels) => labels.includes(suite.tenant.tenantId))).toHaveLength(10);
  });
});

describe('the replay', () => {
  const waiting = () => value('nexus_replay_waiting_entries');
  const oldest = () => value('nexus_replay_oldest_waiting_seconds');

  test('shows what the slowest consumer has not taken, and since when', async () => {
    for (const tenant of [suite.tenant, other])
      await suite.db.tx(tenant, (tx) => tx.query('DELETE FROM dirty_terminal'));
    const till = await suite.till();
    till.sell(5);
    await send(till);
    await suite.query(`UPDATE journal_epoch SET changed_at = now() - interval '1 day'`);
    await waitFor(async () => (await waiting()) === 5);
    expect(await oldest()).toBeLessThan(600);
    await passed(till, 2);
    await waitFor(async () => (await waiting()) === 3);
  });

  test('counts from when the first entry not taken was received', async () => {
    const till = await suite.till();
    till.sell(2);
    await send(till);
    await asOwner(
      `UPDATE journal_upload SET received_at = now() - interval '2 hours' WHERE terminal = '${till.terminal}'`,
    );
    await waitFor(async () => ((await oldest()) ?? 0) >= 7_200);
    // A journal that was restored is read again from its beginning: what is late counts from then.
    await suite.query('UPDATE journal_epoch SET changed_at = now()');
    await waitFor(async () => ((await oldest()) ?? 7_200) < 7_200);
    await suite.query(`UPDATE journal_epoch SET changed_at = now() - interval '1 day'`);
    await waitFor(async () => ((await oldest()) ?? 0) >= 7_200);
    await passed(till, 2);
    await suite.db.tx(suite.tenant, (tx) => clean(tx, till.terminal));
    await waitFor(async () => ((await oldest()) ?? 0) < 7_200);
  });

  test('is over for a tenant that the doorbell does not name any more', async () => {
    await waitFor(async () => ((await waiting()) ?? 0) > 0);
    await suite.query('DELETE FROM dirty_terminal');
    await suite.db.shared((tx) => tx.query(`DELETE FROM doorbell WHERE topic = 'replay'`));
    await waitFor(async () => (await waiting()) === 0);
    expect(await oldest()).toBe(0);
  });
});

const passed = (till: TestTill, number: number): Promise<void> =>
  suite.db.tx(suite.tenant, (tx) =>
    savePlaces(
      tx,
      till.terminal,
      JOURNAL_CONSUMERS.map((consumer) => ({ service: consumer, epoch: 1, number })),
    ),
  );
