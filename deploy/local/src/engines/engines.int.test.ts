import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ensureServiceDatabases, serviceDatabaseNames } from '../databases.ts';
import { readDaemonState } from '../daemon-state.ts';
import { startTimeOf } from '../process/identity.ts';
import { waitUntil } from '../process/wait-until.ts';
import { temporaryDir } from '../test-support/temporary-dir.ts';
import { postgresUrl } from './context.ts';
import { enginesStatus, startEngines, stopEngines } from './control.ts';
import { enginesStateFile, type PartialEnginesState } from './state.ts';
import { withConnection } from './sql.ts';

jest.setTimeout(120_000);

const dir = temporaryDir();
let state: PartialEnginesState;
const start = () => startEngines({ stateDir: dir.path, only: ['postgres', 'nats'] });

beforeAll(async () => {
  state = await start();
});
afterAll(async () => {
  await stopEngines(dir.path);
  dir[Symbol.dispose]();
});

function superuserUrl(): string {
  const url = state.postgres?.superuserUrl;
  if (!url) throw new Error('PostgreSQL was not started');
  return url;
}

const query = async (sql: string, url = superuserUrl()): Promise<unknown[]> =>
  withConnection(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
const pidOf = (name: string) => enginesStatus(dir.path).find((process) => process.name === name)?.pid ?? 0;
const runsAgain = (name: string, before: number) =>
  waitUntil(
    async () => {
      const found = enginesStatus(dir.path).find((process) => process.name === name);
      return found?.state === 'running' && found.pid !== before;
    },
    { what: `restart of ${name}`, timeoutMs: 60_000 },
  );

describe('a set of engines', () => {
  test('is PostgreSQL 18 that keeps what it says it has stored, and can count statements', async () => {
    const settings = await query(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS synchronous, current_setting('max_connections') AS connections`,
    );
    expect(settings).toEqual([{ version: 18, fsync: 'on', synchronous: 'on', connections: '300' }]);
    await query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    expect(await query('SELECT count(*) > 0 AS counts FROM pg_stat_statements')).toEqual([{ counts: true }]);
  });

  test('lets nobody in without the password, and keeps its secrets to its owner', async () => {
    const wrong = new URL(superuserUrl());
    wrong.password = 'wrong';
    await expect(query('SELECT 1', wrong.href)).rejects.toThrow('password authentication failed');
    for (const file of ['engines.json', 'secrets.json', 'nats/nats.conf']) {
      expect(statSync(join(dir.path, file)).mode & 0o077).toBe(0);
    }
  });

  test('has JetStream, with payloads of 4 MiB and every message on disk at once', async () => {
    const monitor = state.nats?.monitorUrl ?? '';
    const info = (await (await fetch(`${monitor}/varz`)).json()) as { max_payload: number; auth_required: boolean };
    expect(info.max_payload).toBe(4 * 1024 ** 2);
    expect(info.auth_required).toBe(true);
    const jetstream = (await (await fetch(`${monitor}/jsz`)).json()) as { config: { sync_always?: boolean } };
    expect(jetstream.config.sync_always).toBe(true);
  });

  test('listens on loopback only', async () => {
    for (const address of ['postgres', 'nats'] as const) {
      const port = Number(new URL(address === 'postgres' ? superuserUrl() : (state.nats?.url ?? '')).port);
      const socket = connect(port, '127.0.0.2');
      await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
    }
  });

  test('is found running by a second start, which changes nothing', async () => {
    const before = enginesStatus(dir.path);
    expect(await start()).toEqual(state);
    expect(enginesStatus(dir.path)).toEqual(before);
  });

  test('comes back at the same address with what was committed after PostgreSQL was killed', async () => {
    await query('CREATE TABLE kept (id int)');
    await query('INSERT INTO kept VALUES (1)');
    const before = pidOf('postgres');
    process.kill(before, 'SIGKILL');
    await runsAgain('postgres', before);
    expect(await query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
    const published = JSON.parse(readFileSync(enginesStateFile(dir.path), 'utf8')) as PartialEnginesState;
    expect(published.processes.find(({ name }) => name === 'postgres')?.pid).toBe(pidOf('postgres'));
  });

  test('outlives its supervisor and is taken over by the next', async () => {
    const pids = [pidOf('postgres'), pidOf('nats')];
    const supervisor = readDaemonState(dir.path)?.supervisor.pid ?? 0;
    process.kill(supervisor, 'SIGKILL');
    await waitUntil(async () => startTimeOf(supervisor) === undefined, { what: 'end', timeoutMs: 20_000 });
    await start();
    expect([pidOf('postgres'), pidOf('nats')]).toEqual(pids);
  });

  test('a pid file that names somebody else’s process does not keep PostgreSQL from starting', async () => {
    await stopEngines(dir.path);
    expect(existsSync(enginesStateFile(dir.path))).toBe(false);
    writeFileSync(join(dir.path, 'postgres/data/postmaster.pid'), `${process.pid}\n${dir.path}/postgres/data\n`);
    state = await start();
    expect(await query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });
});

describe('the databases of services', () => {
  const services = ['sales', 'catalog'];
  const prefix = 'x1_';
  const names = services.map((service) => serviceDatabaseNames(service, prefix));
  const passwords = Object.fromEntries(
    names
      .flatMap(({ serviceLogin, provisionerLogin }) => [serviceLogin, provisionerLogin])
      .map((login) => [login, `secret-of-${login}`]),
  );
  const as = (login: string, database: string) => {
    const { host = '', port = 0 } = state.postgres ?? {};
    return postgresUrl({ host, port }, login, passwords[login] ?? '', database);
  };
  const [sales, catalog] = names as [(typeof names)[0], (typeof names)[0]];
  const ensure = () => ensureServiceDatabases(superuserUrl(), services, passwords, { prefix });

  beforeAll(ensure);

  test('can be made again, by several at once', async () => {
    await Promise.all([ensure(), ensure(), ensure()]);
  });

  test('let in their own two logins and nobody else', async () => {
    expect(await query('SELECT current_user AS me', as(sales.serviceLogin, sales.database))).toEqual([
      { me: 'x1_sales_service' },
    ]);
    for (const database of [catalog.database, 'postgres', 'template1']) {
      await expect(query('SELECT 1', as(sales.serviceLogin, database))).rejects.toThrow(
        'permission denied for database',
      );
    }
    await expect(query('SELECT 1', as(sales.provisionerLogin, catalog.database))).rejects.toThrow('permission denied');
  });

  test('give the service login nothing: it owns nothing, inherits nothing, makes nothing', async () => {
    const url = as(sales.serviceLogin, sales.database);
    for (const sql of [
      'CREATE TABLE public.t (id int)',
      'CREATE SCHEMA s',
      'CREATE ROLE r',
      'CREATE TEMP TABLE t (id int)',
    ]) {
      await expect(query(sql, url)).rejects.toThrow('permission denied');
    }
    const [role] = await query(
      `SELECT rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = '${sales.serviceLogin}'`,
    );
    expect(new Set(Object.values(role as object))).toEqual(new Set([false]));
  });

  test('give the provisioner its own database and the right to make roles that the service may become', async () => {
    const url = as(sales.provisionerLogin, sales.database);
    await query('CREATE SCHEMA t_1', url);
    await query('CREATE ROLE x1_t_1_sales NOLOGIN', url);
    await query('GRANT USAGE, CREATE ON SCHEMA t_1 TO x1_t_1_sales', url);
    await query(`GRANT x1_t_1_sales TO ${sales.serviceLogin} WITH INHERIT FALSE, SET TRUE`, url);
    await query('SET ROLE x1_t_1_sales; CREATE TABLE t_1.x (id int)', as(sales.serviceLogin, sales.database));
    await expect(query('SELECT * FROM t_1.x', as(sales.serviceLogin, sales.database))).rejects.toThrow(
      'permission denied',
    );
  });
});
