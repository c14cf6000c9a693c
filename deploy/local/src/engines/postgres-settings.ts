import { totalmem } from 'node:os';

/** An eighth of the memory, at most 1 GB: with less, pages of a replay are written out while they are still being filled. */
const sharedBuffersMb = Math.min(1_024, Math.max(128, Math.floor(totalmem() / 1024 / 1024 / 8)));

/**
 * Settings for a laptop with two cores that runs everything else too. Durability is never traded away: a sale is
 * "stored" when PostgreSQL says so.
 */
export const postgresSettings: Record<string, string> = {
  listen_addresses: "'127.0.0.1'",
  unix_socket_directories: "''",
  max_connections: '300',
  shared_buffers: `'${sharedBuffersMb}MB'`,
  effective_cache_size: "'2GB'",
  work_mem: "'8MB'",
  maintenance_work_mem: "'128MB'",
  // A tenant is a schema: dumping, dropping or migrating one locks all of its tables in one transaction.
  max_locks_per_transaction: '256',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: "'4GB'",
  min_wal_size: "'256MB'",
  checkpoint_timeout: "'15min'",
  random_page_cost: '1.1',
  // Statements here are short; compiling them costs more than it saves.
  jit: 'off',
  max_worker_processes: '8',
  max_parallel_workers_per_gather: '1',
  shared_preload_libraries: "'pg_stat_statements'",
  'pg_stat_statements.max': '5000',
  password_encryption: "'scram-sha-256'",
  log_min_duration_statement: "'2s'",
  log_line_prefix: "'%m [%p] %u@%d '",
  log_checkpoints: 'off',
  timezone: "'UTC'",
  log_timezone: "'UTC'",
};

export function renderSettings(): string {
  const lines = Object.entries(postgresSettings).map(([name, value]) => `${name} = ${value}`);
  return `# Written at every start; change deploy/local/src/engines/postgres-settings.ts instead.\n${lines.join('\n')}\n`;
}

/** Only password logins, only from this machine. */
export const hostBasedAuthentication = `# TYPE DATABASE USER ADDRESS METHOD
host all all 127.0.0.1/32 scram-sha-256
`;
