import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { baseEnvironment, type Launch, type ProcessSpec } from '../process/spec.ts';
import { withProgress } from '../progress.ts';
import { provideBinary } from '../provide/index.ts';
import { writeFileAtomically } from '../write-file-atomically.ts';
import { engineDir, postgresUrl, type EngineContext } from './context.ts';
import { type PostgresEngine } from './postgres.ts';
import { ensureDatabase, ensureLoginRole, withConnection } from './sql.ts';
import { temporalConfig, temporalDynamicConfig, type TemporalPorts } from './temporal-config.ts';

const USER = 'temporal';
const SCHEMA_TIMEOUT_MS = 120_000;
const RETENTION_SECONDS = 3 * 24 * 3600;
const DATABASES = [
  { database: 'temporal', schema: 'postgresql/v12/temporal' },
  { database: 'temporal_visibility', schema: 'postgresql/v12/visibility' },
];

export interface TemporalEngine {
  spec: ProcessSpec;
  address: string;
  httpUrl: string;
}

/** A Temporal server, all roles in one process, on the same PostgreSQL. Its databases are made again when they are gone. */
export function temporalEngine(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  ports: TemporalPorts,
  namespace: string,
): TemporalEngine {
  const httpUrl = `http://127.0.0.1:${ports.frontendHttp}`;
  const spec: ProcessSpec = {
    name: 'temporal',
    dependsOn: ['postgres'],
    prepare: () => prepare(context, postgres, ports),
    isReady: async () => (await request(`${httpUrl}/api/v1/system-info`)).ok,
    onReady: () => ensureNamespace(httpUrl, namespace),
    startTimeoutMs: 180_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 20_000,
  };
  return { spec, httpUrl, address: `127.0.0.1:${ports.frontend}` };
}

async function prepare(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  ports: TemporalPorts,
): Promise<Launch> {
  const { 'temporal-server': program = '' } = await provideBinary('temporal', context.progress);
  const password = context.secrets.get('postgres.temporal');
  await ensureTemporalDatabases(context, postgres, password);
  const dir = engineDir(context, 'temporal');
  await mkdir(dir, { recursive: true });
  const dynamicConfigFile = join(dir, 'dynamic-config.yaml');
  const configFile = join(dir, 'temporal.yaml');
  // JSON is YAML.
  writeFileAtomically(dynamicConfigFile, JSON.stringify(temporalDynamicConfig(), null, 2));
  const config = temporalConfig({ postgres: postgres.address, user: USER, password, ports, dynamicConfigFile });
  writeFileAtomically(configFile, JSON.stringify(config, null, 2));
  const args = ['--config-file', configFile, '--allow-no-auth', 'start'];
  return { command: program, args, env: { ...baseEnvironment(), GOMEMLIMIT: '600MiB' }, cwd: dir };
}

async function ensureTemporalDatabases(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  password: string,
): Promise<void> {
  await withConnection(postgres.superuserUrl, async (client) => {
    await ensureLoginRole(client, USER, password);
    for (const { database } of DATABASES) await ensureDatabase(client, database, USER);
  });
  const { 'temporal-sql-tool': tool = '' } = await provideBinary('temporalTools', context.progress);
  for (const { database, schema } of DATABASES) {
    const url = postgresUrl(postgres.address, USER, password, database);
    if (await hasSchema(url)) continue;
    await withProgress(context.progress, `setting up the schema of ${database}`, () =>
      applySchema(tool, postgres.address, password, database, schema),
    );
  }
  // One server uses this database: a row of its last life only makes the new one wait for a member that is gone.
  const url = postgresUrl(postgres.address, USER, password, 'temporal');
  await withConnection(url, (client) => client.query('DELETE FROM cluster_membership'));
}

async function hasSchema(url: string): Promise<boolean> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('schema_version') IS NOT NULL AS found`,
    );
    if (!rows[0]?.found) return false;
    // The first step alone leaves version 0.0: a set-up that was cut off is finished by the second.
    return (await client.query(`SELECT 1 FROM schema_version WHERE curr_version <> '0.0'`)).rowCount === 1;
  });
}

async function applySchema(
  tool: string,
  address: { host: string; port: number },
  password: string,
  database: string,
  schema: string,
): Promise<void> {
  const env = {
    ...baseEnvironment(),
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: address.host,
    SQL_PORT: String(address.port),
    SQL_USER: USER,
    SQL_PASSWORD: password,
    SQL_DATABASE: database,
  };
  await runCommand(tool, ['setup-schema', '-v', '0.0'], { env, timeoutMs: SCHEMA_TIMEOUT_MS });
  await runCommand(tool, ['update-schema', '--schema-name', schema], { env, timeoutMs: SCHEMA_TIMEOUT_MS });
}

async function request(url: string, body?: object): Promise<Response> {
  return fetch(url, {
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

async function ensureNamespace(httpUrl: string, namespace: string): Promise<void> {
  const known = await request(`${httpUrl}/api/v1/namespaces/${namespace}`);
  if (known.ok) return;
  const made = await request(`${httpUrl}/api/v1/namespaces`, {
    namespace,
    description: 'Nexus Retail OS',
    workflowExecutionRetentionPeriod: `${RETENTION_SECONDS}s`,
  });
  // 409: another starter was faster.
  if (!made.ok && made.status !== 409) {
    throw new Error(`Temporal refused to register the namespace ${namespace}: ${made.status} ${await made.text()}`);
  }
}
