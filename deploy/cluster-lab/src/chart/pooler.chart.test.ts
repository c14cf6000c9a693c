import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newSecrets } from '@nexus/cluster';
import { freePort, startOwned, waitFor, type OwnedProcess } from '@nexus/testkit';
import pg from 'pg';
import { provideChartTools } from '../tools/tools.ts';
import { configMapsOf } from './manifests.ts';
import { render } from './render.ts';

/*
 * PgBouncer itself reads what the chart would mount: its settings and the users that deploy/cluster makes. Behind it only
 * somebody who notes who knocks: that it asks for a database in a service's name says that it let the service in.
 */

const PROGRAM = '/usr/sbin/pgbouncer';
const present = existsSync(PROGRAM);
const secrets = newSecrets('{}', undefined);
const secret = (name: string, key: string): string =>
  secrets.find(({ metadata }) => metadata.name === name)?.stringData[key] ?? '';

const SSL_REQUEST = 80_877_103;
const knocked = new Set<string>();
const sockets = new Set<Socket>();
let behind: Server | undefined;
let folder = '';
let port = 0;
let pooler: OwnedProcess | undefined;
beforeAll(async () => {
  if (!present) return;
  const { helm } = await provideChartTools(console.log);
  const postgresPort = await freePort();
  behind = noteWhoKnocks().listen(postgresPort, '127.0.0.1');
  const set = { 'engines.postgres.host': '127.0.0.1', 'engines.postgres.port': String(postgresPort) };
  const manifests = await render(helm, { name: 'nobody behind', environment: 'dev', set });
  const ini = configMapsOf(manifests).get('nexus-pgbouncer')?.['pgbouncer.ini'] ?? '';
  folder = await mkdtemp(join(tmpdir(), 'nexus-pooler-'));
  port = await freePort();
  const users = join(folder, 'userlist.txt');
  await writeFile(users, secret('nexus-pgbouncer', 'userlist.txt'));
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    replaced(ini, { listen_addr: '127.0.0.1', listen_port: port, auth_file: users }),
  );
  for (const [path, mode] of [
    [folder, 0o755],
    [users, 0o644],
  ] as const)
    await chmod(path, mode);
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  pooler = await startOwned(PROGRAM, [...asNobody, join(folder, 'pgbouncer.ini')], { env: process.env });
  await waitFor(async () => (await complaint('sales', 'nobody', 'x')) !== 'refused', { what: 'an open door' });
});
afterAll(async () => {
  await pooler?.end('SIGKILL');
  behind?.close();
  for (const socket of sockets) socket.destroy();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

/** The first packet of a client: length, version, then names and values, each ended by a zero. */
function noteWhoKnocks(): Server {
  return createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (packet) => {
      if (packet.readInt32BE(4) === SSL_REQUEST) return void socket.write('N');
      const fields = packet.subarray(8).toString().split('\0');
      const valueOf = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
      knocked.add(`${valueOf('user')} ${valueOf('database')}`);
    });
  });
}

function replaced(ini: string, settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings).reduce((text, [name, value]) => {
    expect(text.match(new RegExp(`^${name} = `, 'gm'))).toHaveLength(1);
    return text.replace(new RegExp(`^${name} = .*$`, 'm'), `${name} = ${value}`);
  }, ini);
}

async function complaint(service: string, user: string, password: string): Promise<string> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    database: `nexus_${service}`,
    user,
    password,
    connectionTimeoutMillis: 5_000,
  });
  try {
    await client.connect();
    return 'none';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'refused';
    return (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const AUTHENTICATION = /authentication failed|no such user/i;

const name = 'PgBouncer with the chart’s settings';

describe(present ? name : `${name}: skipped, not installed here (Debian package pgbouncer)`, () => {
  const where = present ? test : test.skip;

  where('lets each service in with the password of its Secret', async () => {
    const services = ['identity', 'catalog', 'sync', 'sales', 'inventory'];
    const said = services.map((service) =>
      complaint(service, `${service}_service`, secret(`nexus-${service}`, 'database-password')),
    );
    const wanted = services.map((service) => `${service}_service nexus_${service}`).sort();
    await waitFor(() => wanted.every((who) => knocked.has(who)), { what: 'each service asking for its database' });
    expect([...knocked].sort()).toEqual(wanted);
    await Promise.all(said);
  });

  where('lets nobody else in: no wrong password, no provisioner, no other database', async () => {
    expect(await complaint('sales', 'sales_service', 'wrong')).toMatch(AUTHENTICATION);
    const provisioner = secret('nexus-sales', 'provisioner-password');
    expect(await complaint('sales', 'sales_provisioner', provisioner)).toMatch(AUTHENTICATION);
    const password = secret('nexus-sales', 'database-password');
    expect(await complaint('other', 'sales_service', password)).toMatch(/no such database/);
  });
});
