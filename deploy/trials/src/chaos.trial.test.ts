import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { expectedFigures, simulate, type SalesFile } from '@nexus/cli';
import { eventStream, SERVICES } from '@nexus/contracts';
import { seededRandom } from '@nexus/demo-data';
import { waitFor } from '@nexus/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { config } from './config.ts';
import { copyDatabase, withAdmin } from './database-copy.ts';
import { trialPlatform, type TrialPlatform } from './platform.ts';
import { openTills, sellAndSend, type TrialTills } from './tills.ts';
import { weekOfSales } from './week.ts';

jest.setTimeout(1_200_000);

const BRANCHES = 3;
const TERMINALS = 6;

let platform: TrialPlatform;
let directory: string;
let file: SalesFile;

beforeAll(async () => {
  platform = await trialPlatform();
  directory = await mkdtemp(join(tmpdir(), 'nexus-trial-'));
  file = await weekOfSales(config.seed, 200);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Kills one process after the other at moments drawn with the seed, until told to stop and enough were killed. */
async function killAtRandom(until: { done: boolean }, onKill: (name: string) => void): Promise<number> {
  const random = seededRandom(config.seed);
  let killed = 0;
  while (!until.done || killed < config.kills) {
    await new Promise((resolve) => setTimeout(resolve, 100 + random.next() * 900));
    const candidates = platform
      .processes()
      .filter(({ state, name }) => state === 'running' && name !== 'keycloak' && name !== 'temporal-ui');
    const chosen = candidates[Math.floor(random.next() * candidates.length)];
    if (chosen === undefined) continue;
    onKill(chosen.name);
    await platform.kill9(chosen.name);
    killed += 1;
  }
  return killed;
}

test(`kill -9 of engines, services and workers at ${config.kills} seeded moments changes no total`, async () => {
  const chain = await platform.chain('Chaos', { country: 'GH', currency: 'GHS' });
  const selling = { done: false };
  const victims: string[] = [];
  let killing: Promise<number> | undefined;
  const simulated = simulate(chain, file, {
    branches: BRANCHES,
    terminals: TERMINALS,
    zone: 'Africa/Accra',
    offline: true,
    duplicate: true,
    shuffle: true,
    seed: config.seed,
    directory,
    origin: platform.platform.origin,
    timeoutMs: 1_000_000,
    progress: (line) => {
      process.stderr.write(`${line}\n`);
      if (line.startsWith('the network is back')) killing ??= killAtRandom(selling, (name) => victims.push(name));
    },
  }).finally(() => {
    selling.done = true;
  });
  await simulated;
  const killed = await killing;
  process.stderr.write(`killed, seed ${config.seed}: ${victims.join(' ')}\n`);
  expect(killed).toBeGreaterThanOrEqual(config.kills);
  await waitFor(() => platform.processes().every(({ state }) => state === 'running'), { timeoutMs: 180_000 });
  const proof = await platform.prove(chain);
  const expected = expectedFigures(file, BRANCHES, TERMINALS);
  expect(proof.invariants.filter(({ holds }) => !holds)).toEqual([]);
  expect(proof.totals).toMatchObject({ ...expected.totals, gaps: 0, forks: 0 });
  expected.terminals.forEach((figures, index) => expect(proof.terminals[index]).toMatchObject(figures));
});

describe('disasters between two days', () => {
  let tills: TrialTills;
  let sold = 0;

  beforeAll(async () => {
    tills = await openTills(platform, await platform.chain('Disasters', { country: 'GH', currency: 'GHS' }), directory);
  });
  afterAll(() => tills.close());

  const sell = async (): Promise<void> => {
    sold += await sellAndSend(tills, 40);
  };
  const proved = async (): Promise<void> => {
    await tills.sendUntilAcknowledged();
    const proof = await platform.prove(tills.chain);
    expect(proof.invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(proof.totals).toMatchObject({ sales: sold, gaps: 0, forks: 0 });
  };

  test('the JetStream store is deleted', async () => {
    await sell();
    const { nats } = platform.engines;
    const { username, password, host } = new URL(nats.url);
    const connection = await connect({ servers: host, user: username, pass: password });
    const manager = await jetstreamManager(connection);
    for (const service of SERVICES) await manager.streams.delete(eventStream(service)).catch(() => false);
    await connection.close();
    await sell();
    await proved();
  });

  test('Temporal’s databases are dropped', async () => {
    await sell();
    await withAdmin(platform.engines.postgres.superuserUrl, async (sql) => {
      for (const database of ['temporal', 'temporal_visibility']) await sql(`DROP DATABASE ${database} WITH (FORCE)`);
    });
    await platform.kill9('temporal');
    await sell();
    await proved();
  });

  test.each(['sync', 'sales', 'inventory'])('the database of %s is restored from an older copy', async (service) => {
    await sell();
    await proved();
    const database = new URL(platform.platform.services[service]?.databaseUrl ?? '').pathname.slice(1);
    const copy = await copyDatabase(platform.engines.postgres.superuserUrl, database);
    await sell();
    await proved();
    await copy.restore();
    await sell();
    await proved();
  });
});
