import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, type Launch, type ProcessSpec } from '../process/spec.ts';
import { commandAs, unprivilegedUser } from '../process/unprivileged-user.ts';
import { LauncherError } from '../launcher-error.ts';
import { acceptFromPath } from '../provide/on-path.ts';
import { readManifest } from '../provide/index.ts';
import { engineDir, postgresUrl, type EngineContext, type PostgresAddress } from './context.ts';
import type { PostgresEngine } from './postgres.ts';
import { ensureLoginRole, withConnection } from './sql.ts';

const AUTH_USER = 'nexus_pgbouncer';
/** Debian puts it where only root looks. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

export interface PgBouncerEngine {
  spec: ProcessSpec;
  address: PostgresAddress;
}

/** Whether the machine has it: the platform runs without, unless it is asked for. */
export async function findPgBouncer(): Promise<string | undefined> {
  const found = await onThisMachine(SYSTEM_FOLDERS);
  return 'executables' in found ? found.executables['pgbouncer'] : undefined;
}

/** Its path; an error that says how to install it where it is missing. */
export async function requirePgBouncer(systemFolders: readonly string[] = SYSTEM_FOLDERS): Promise<string> {
  const found = await onThisMachine(systemFolders);
  const program = 'executables' in found ? found.executables['pgbouncer'] : undefined;
  if (program !== undefined) return program;
  throw new LauncherError(
    `PgBouncer, which was asked for, is not here: ${'why' in found ? found.why : 'no executable'}.`,
    'Install it (on Debian: `sudo apt-get install pgbouncer`), or start without `--pooled`.',
  );
}

const onThisMachine = (systemFolders: readonly string[]) =>
  acceptFromPath(['pgbouncer'], readManifest().pgbouncer.acceptOnPath, systemFolders);

/** PgBouncer in transaction mode before the same PostgreSQL: every database and every login, with its own password. */
export function pgBouncerEngine(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  port: number,
): PgBouncerEngine {
  const address = { host: '127.0.0.1', port };
  const password = context.secrets.get('postgres.pgbouncer');
  const spec: ProcessSpec = {
    name: 'pgbouncer',
    dependsOn: ['postgres'],
    prepare: () => prepare(context, postgres, port, password),
    isReady: () =>
      withConnection(postgresUrl(address, AUTH_USER, password, 'postgres'), async (client) => {
        return (await client.query('SELECT 1')).rowCount === 1;
      }),
    startTimeoutMs: 30_000,
    stopSignal: 'SIGINT',
    stopGraceMs: 10_000,
  };
  return { spec, address };
}

async function prepare(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  port: number,
  password: string,
): Promise<Launch> {
  const program = await requirePgBouncer();
  // It looks passwords up in pg_shadow, which takes a superuser; a cluster gives it a function in one database instead.
  await withConnection(postgres.superuserUrl, (client) =>
    ensureLoginRole(client, AUTH_USER, password, 'SUPERUSER CONNECTION LIMIT 20'),
  );
  const user = await unprivilegedUser();
  const dir = engineDir(context, 'pgbouncer');
  await mkdir(dir, { recursive: true });
  const files = { config: join(dir, 'pgbouncer.ini'), users: join(dir, 'userlist.txt') };
  await writeFile(files.users, `"${AUTH_USER}" "${password}"\n`, { mode: 0o600 });
  await writeFile(files.config, configuration(postgres.address, port, files.users), { mode: 0o600 });
  if (user) for (const file of Object.values(files)) await chown(file, user.uid, user.gid);
  return { ...commandAs(user, program, [files.config], [dir]), env: baseEnvironment(), cwd: '/' };
}

function configuration(postgres: PostgresAddress, port: number, usersFile: string): string {
  return `[databases]
* = host=${postgres.host} port=${postgres.port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${usersFile}
auth_user = ${AUTH_USER}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 20
reserve_pool_size = 5
server_idle_timeout = 60
; PostgreSQL that was away for a moment is not left waiting for the 15 seconds of the default.
server_login_retry = 1
ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout,lock_timeout
log_connections = 0
log_disconnections = 0
`;
}
