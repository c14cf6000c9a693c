import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTimeOf } from '../process/identity.ts';
import { runCommand } from '../process/run-command.ts';
import { baseEnvironment, keepFreedMemory, type Launch, type ProcessSpec } from '../process/spec.ts';
import { commandAs, unprivilegedUser, type RunAs } from '../process/unprivileged-user.ts';
import { withProgress } from '../progress.ts';
import { providePostgres, type PostgresPrograms } from '../provide/index.ts';
import { engineDir, postgresUrl, type EngineContext, type PostgresAddress } from './context.ts';
import { hostBasedAuthentication, renderSettings } from './postgres-settings.ts';
import { withConnection } from './sql.ts';

const INITDB_TIMEOUT_MS = 120_000;
export const SUPERUSER = 'postgres';

export interface PostgresEngine {
  spec: ProcessSpec;
  address: PostgresAddress;
  superuserUrl: string;
}

/** PostgreSQL 18 with one data folder under the state folder, reached over loopback only. */
export function postgresEngine(context: EngineContext, port: number): PostgresEngine {
  const address = { host: '127.0.0.1', port };
  const password = context.secrets.get('postgres.superuser');
  const superuserUrl = postgresUrl(address, SUPERUSER, password, 'postgres');
  const spec: ProcessSpec = {
    name: 'postgres',
    dependsOn: [],
    prepare: () => prepare(context, port, password),
    isReady: () => withConnection(superuserUrl, async (client) => (await client.query('SELECT 1')).rowCount === 1),
    // After a crash it replays its log first.
    startTimeoutMs: 600_000,
    // "Fast" shutdown: disconnects clients, rolls back what is open, writes a checkpoint.
    stopSignal: 'SIGINT',
    stopGraceMs: 30_000,
  };
  return { spec, address, superuserUrl };
}

async function prepare(context: EngineContext, port: number, password: string): Promise<Launch> {
  const programs = await providePostgres();
  const user = await unprivilegedUser();
  const dir = engineDir(context, 'postgres');
  const dataDir = join(dir, 'data');
  await mkdir(dir, { recursive: true });
  if (!existsSync(dataDir)) {
    await withProgress(context.progress, 'creating the PostgreSQL data folder', () =>
      initialise(programs, user, dir, password),
    );
  }
  await writeOwned(join(dataDir, 'postgresql.conf'), renderSettings(), user);
  await writeOwned(join(dataDir, 'pg_hba.conf'), hostBasedAuthentication, user);
  await removeStalePidFile(dataDir);
  const args = ['-D', dataDir, '-p', String(port)];
  return { ...commandAs(user, programs.postgres, args, [dataDir]), env: environment(), cwd: '/' };
}

/** Made aside and renamed when whole: a start that was cut off is not taken for a database. */
async function initialise(programs: PostgresPrograms, user: RunAs | undefined, dir: string, password: string) {
  const temporary = join(dir, `initdb-${randomBytes(6).toString('hex')}`);
  const passwordFile = `${temporary}.password`;
  await mkdir(temporary, { mode: 0o700 });
  if (user) await chown(temporary, user.uid, user.gid);
  await writeOwned(passwordFile, `${password}\n`, user);
  try {
    const { command, args, runAs } = commandAs(
      user,
      programs.initdb,
      [
        ...['-D', temporary, '--username', SUPERUSER, '--pwfile', passwordFile],
        // The built-in provider sorts the same on every machine and after every upgrade of its C library.
        ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'],
        ...['--builtin-locale=C.UTF-8', '--data-checksums', '--no-instructions'],
      ],
      [temporary],
    );
    await runCommand(command, args, { env: environment(), cwd: '/', timeoutMs: INITDB_TIMEOUT_MS, ...runAs });
    await rename(temporary, join(dir, 'data'));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(temporary, { recursive: true, force: true });
  }
}

function environment(): Record<string, string> {
  return { ...baseEnvironment(), ...keepFreedMemory, LANG: 'C', LC_ALL: 'C' };
}

async function writeOwned(file: string, content: string, user: RunAs | undefined): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
}

/**
 * After a reboot or a `kill -9` the pid file may name a process that is now somebody else, and PostgreSQL would refuse
 * to start. It is removed only when the process it names does not run on this data folder.
 */
async function removeStalePidFile(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  if (startTimeOf(pid) !== undefined && (await commandLineOf(pid)).includes(dataDir)) return;
  await rm(file, { force: true });
}

async function commandLineOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  return runCommand('ps', ['-o', 'command=', '-p', String(pid)], { timeoutMs: 5_000 });
}
