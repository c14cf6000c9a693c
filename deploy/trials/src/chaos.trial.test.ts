import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { expectedFigures, importProducts, simulate, type SalesFile } from '@nexus/cli';
import { brandRow, eventStream, SERVICES } from '@nexus/contracts';
import { seededRandom, type SeededRandom } from '@nexus/demo-data';
import { enginesDir } from '@nexus/local';
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
/** Least kills while one chain delivers its week. */
const KILLS_OF_A_ROUND = 20;
const ROUND_TIMEOUT_MS = 1_000_000;

let platform: TrialPlatform;
let directory: string;
let file: SalesFile;

beforeAll(async () => {
  platform = await trialPlatform({ pooled: config.pooledChaos });
  directory = await mkdtemp(join(tmpdir(), 'nexus-trial-'));
  file = await weekOfSales(config.seed, 200);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Kills one process after the other at moments drawn with the seed: so many at least, and until told to stop. */
async function killAtRandom(random: SeededRandom, atLeast: number, until: { done: boolean }): Promise<string[]> {
  const victims: string[] = [];
  const returning: Promise<void>[] = [];
  while (!until.done || victims.length < atLeast) {
    await new Promise((resolve) => setTimeout(resolve, 100 + random.next() * 900));
    // All but the one that only people look at.
    const candidates = platform.processes().filter(({ state, name }) => state === 'running' && name !== 'temporal-ui');
    const chosen = candidates[Math.floor(random.next() * candidates.length)];
    if (chosen === undefined) continue;
    const returned = platform.kill9(chosen.name);
    victims.push(chosen.name);
    // Keycloak takes so long to start that the others would be spared while somebody waits for it.
    if (chosen.name === 'keycloak') returning.push(returned);
    else await returned;
  }
  await Promise.all(returning);
  return victims;
}

/** A new chain delivers its week while processes are killed; then every figure must come out. Returns who was killed. */
async function round(number: number, kills: number): Promise<string[]> {
  const chain = await platform.chain(`Chaos ${number}`, { country: 'GH', currency: 'GHS' });
  const random = seededRandom(config.seed + number);
  const selling = { done: false };
  let killing: Promise<string[]> | undefined;
  const own = join(directory, String(number));
  await mkdir(own);
  await simulate(chain, file, {
    branches: BRANCHES,
    terminals: TERMINALS,
    zone: 'Africa/Accra',
    offline: true,
    duplicate: true,
    shuffle: true,
    seed: config.seed + number,
    directory: own,
    origin: platform.platform.origin,
    timeoutMs: ROUND_TIMEOUT_MS,
    progress: (line) => {
      process.stderr.write(`${line}\n`);
      if (line.startsWith('the network is back')) killing ??= killAtRandom(random, kills, selling);
    },
  }).finally(() => {
    selling.done = true;
  });
  const victims = (await killing) ?? [];
  await waitFor(() => platform.processes().every(({ state }) => state === 'running'), { timeoutMs: 600_000 });
  const proof = await platform.prove(chain);
  const expected = expectedFigures(file, BRANCHES, TERMINALS);
  expect(proof.invariants.filter(({ holds }) => !holds)).toEqual([]);
  expect(proof.totals).toMatchObject({ ...expected.totals, gaps: 0, forks: 0 });
  expected.terminals.forEach((figures, index) => expect(proof.terminals[index]).toMatchObject(figures));
  return victims;
}

test(
  `kill -9 of engines, services and workers at ${config.kills} seeded moments changes no total`,
  async () => {
    let killed = 0;
    // Round after round, so that the kills fall where there is work, not on a platform that has finished long ago.
    for (let number = 0; killed < config.kills; number += 1) {
      const victims = await round(number, Math.min(KILLS_OF_A_ROUND, config.kills - killed));
      killed += victims.length;
      process.stderr.write(`round ${number + 1}, seed ${config.seed}, ${killed} killed: ${victims.join(' ')}\n`);
    }
    expect(killed).toBeGreaterThanOrEqual(config.kills);
  },
  ROUND_TIMEOUT_MS * Math.ceil(config.kills / KILLS_OF_A_ROUND),
);

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

  test('JetStream’s streams are deleted', async () => {
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

  test('the JetStream store is deleted while it is written to', async () => {
    const store = join(enginesDir(config.stateDir), 'nats', 'jetstream');
    expect(existsSync(store)).toBe(true);
    const selling = sell();
    await rm(store, { recursive: true, force: true, maxRetries: 10 });
    await platform.kill9('nats');
    await selling;
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

  /** What puts something into the event log of a service into which sales put nothing. */
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    identity: () =>
      tills.chain.api.call({
        method: 'POST',
        path: '/api/identity/brands',
        body: { name: `Brand ${sold}` },
        response: brandRow,
        idempotencyKey: crypto.randomUUID(),
      }),
    catalog: () =>
      importProducts(tills.chain.api, () => new TextEncoder().encode(`code,description,price\nD${sold},Dates,2.00\n`)),
  };

  test.each(SERVICES)('the database of %s is restored from an older copy', async (service) => {
    await sell();
    await proved();
    const database = new URL(platform.platform.services[service]?.databaseUrl ?? '').pathname.slice(1);
    const copy = await copyDatabase(platform.engines.postgres.superuserUrl, database);
    await changes[service]?.();
    await sell();
    await proved();
    await copy.restore();
    // Whoever follows the log meets another event at a place that it knows.
    await changes[service]?.();
    await sell();
    await proved();
  });
});
