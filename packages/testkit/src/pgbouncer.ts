import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOwned, type OwnedProcess } from './child.ts';
import type { TestDatabases } from './databases.ts';
import { freePort } from './port.ts';
import { withSuperuser } from './superuser.ts';
import { waitFor } from './wait-for.ts';
import type { ServiceName } from '@nexus/contracts';

/** PgBouncer in transaction mode in front of a suite's databases. */
export interface TestPgBouncer {
  readonly port: number;
  /** The service login's URL, by way of the pooler. */
  readonly url: (service: ServiceName) => string;
  readonly stop: () => Promise<void>;
}

/**
 * `poolSize` server connections for each (database, login): keep it smaller than the clients of a test, or nothing is
 * shared and a leak of session state stays unseen. Needs `pgbouncer` on PATH (Debian: `apt-get install pgbouncer`).
 */
export async function startPgBouncer(
  databases: TestDatabases,
  options: { readonly poolSize?: number } = {},
): Promise<TestPgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'nexus-pgbouncer-'));
  const users = join(directory, 'users.txt');
  const config = join(directory, 'pgbouncer.ini');
  const port = await freePort();
  await writeFile(users, databases.logins.map(({ name, password }) => `"${name}" "${password}"\n`).join(''));
  const [first] = databases.services;
  if (first === undefined) throw new Error('a pooler needs at least one database');
  await writeFile(config, configuration(databases.superuserUrl(first), port, users, options.poolSize ?? 2));
  // PgBouncer refuses to run as root, so it becomes nobody, who must be able to read these.
  for (const [path, mode] of [
    [directory, 0o755],
    [users, 0o644],
    [config, 0o644],
  ] as const)
    await chmod(path, mode);

  // Debian puts it where only root looks.
  const withSbin = `${process.env['PATH'] ?? ''}:/usr/sbin`;
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const pooler = await startOwned('pgbouncer', [...asNobody, config], { env: { ...process.env, PATH: withSbin } });
  const stop = async (): Promise<void> => {
    await pooler.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  };
  const url = (service: ServiceName): string => {
    const through = new URL(databases.url(service));
    through.port = String(port);
    return through.href;
  };
  await waitFor(() => answers(url(first), pooler), { what: `pgbouncer on port ${port}` }).catch(
    async (error: unknown) => {
      await stop();
      throw error;
    },
  );
  return { port, url, stop };
}

function configuration(postgresUrl: string, port: number, users: string, poolSize: number): string {
  const postgres = new URL(postgresUrl);
  return `
[databases]
* = host=${postgres.hostname} port=${postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
`;
}

async function answers(url: string, pooler: OwnedProcess): Promise<boolean> {
  if (!pooler.alive()) throw new Error(`pgbouncer ended: ${pooler.output()}`);
  await withSuperuser(url, (sql) => sql('SELECT 1'));
  return true;
}
