import { NexusError, type ServiceName } from '@nexus/contracts';
import { withSpan } from '@nexus/telemetry';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { DATABASE_LIMITS, TCP_KEEPALIVE } from './database-limits.ts';
import { sqlState, translated } from './errors.ts';
import type { Migration } from './migration.ts';
import { exceptionMigration } from './migrations/exception.ts';
import { sharedMigration } from './migrations/shared.ts';
import { namesFromUrl, quoted, tenantRole, tenantSchema, type Names } from './names.ts';
import { quietLogger } from './quiet-logger.ts';

export interface ProvisionerOptions {
  readonly service: ServiceName;
  /** URL of the login `{service}_provisioner`, straight to PostgreSQL: it owns the schemas and may create roles. */
  readonly url: string;
  /** Migrations of a tenant's schema besides this kit's own. */
  readonly tenantMigrations: readonly Migration[];
  readonly sharedMigrations?: readonly Migration[];
  /** What a new tenant starts with; runs in its schema, in the transaction that makes it. Idempotent. */
  readonly seedTenant?: (runner: QueryRunner, tenantId: string) => Promise<void>;
}

export interface MigrationReport {
  readonly migrated: number;
  readonly failed: readonly { tenantId: string; reason: string }[];
}

const MIGRATION_TABLE = 'schema_migration';
const TRIES = 20;
const PAGE = 500;
/** For migrations of large tables, and while another process holds the schema's lock. A vanished server is noticed by TCP long before. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** Makes and migrates schemas and roles. The only part of a service that may; requests and activities never use its login. */
export class Provisioner {
  readonly #names: Names;
  readonly #options: ProvisionerOptions;
  readonly #tenantMigrations: readonly Migration[];
  readonly #sharedMigrations: readonly Migration[];
  readonly #directory: DataSource;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
    this.#names = namesFromUrl(options.service, options.url);
    this.#tenantMigrations = inOrder([exceptionMigration, ...options.tenantMigrations]);
    this.#sharedMigrations = inOrder([sharedMigration, ...(options.sharedMigrations ?? [])]);
    this.#directory = dataSource(options, 'nexus', []);
  }

  /** Name of the newest tenant migration: what `TenancyDb` asks of a tenant. */
  get requiredMigration(): string {
    return this.#tenantMigrations.at(-1)?.name ?? '';
  }

  /** Brings the shared schema up. Safe to run from several processes at once. */
  async migrateShared(): Promise<void> {
    const { sharedRole, sharedSchema, serviceLogin } = this.#names;
    await this.#transaction(sharedSchema, this.#sharedMigrations, async (runner, migrate) => {
      await this.#ensureRole(runner, sharedRole, serviceLogin);
      await runner.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(sharedSchema)}`);
      await migrate(sharedRole);
    });
  }

  /**
   * Makes role and schema of a tenant and brings the schema up, in one transaction. Running it again under the same
   * provisioning id changes nothing; another id's tenant is left alone and answers NX-1006.
   */
  createTenant(tenantId: string, provisioningId: string): Promise<void> {
    const schema = tenantSchema(tenantId);
    const role = tenantRole(this.#names, tenantId);
    return withSpan('create tenant schema', { 'nexus.tenant': tenantId }, () =>
      this.#transaction(schema, this.#tenantMigrations, async (runner, migrate) => {
        const owner = await this.#provisionedBy(runner, tenantId);
        if (owner !== undefined && owner !== provisioningId)
          throw new NexusError('NX-1006', 'The schema was made by another provisioning');
        await this.#ensureRole(runner, role, this.#names.serviceLogin);
        await runner.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
        await migrate(role);
        await runner.query(`GRANT USAGE ON SCHEMA nexus TO ${quoted(role)}`);
        await runner.query(`GRANT INSERT ON nexus.doorbell TO ${quoted(role)}`);
        await this.#options.seedTenant?.(runner, tenantId);
        await runner.query(
          `INSERT INTO nexus.tenant (tenant_id, provisioning_id, schema_version) VALUES ($1, $2, $3)
           ON CONFLICT (tenant_id) DO UPDATE SET schema_version = excluded.schema_version, state = 'ready', migrated_at = now()`,
          [tenantId, provisioningId, this.requiredMigration],
        );
      }),
    );
  }

  /** Removes role and schema, if they were made under this provisioning id. Nothing there: nothing to do. */
  dropTenant(tenantId: string, provisioningId: string): Promise<void> {
    const schema = tenantSchema(tenantId);
    const role = tenantRole(this.#names, tenantId);
    return this.#transaction(schema, [], async (runner) => {
      const owner = await this.#provisionedBy(runner, tenantId);
      if (owner !== provisioningId) return;
      await runner.query(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`);
      await runner.query(`REVOKE ALL ON nexus.doorbell FROM ${quoted(role)}`);
      await runner.query(`REVOKE ALL ON SCHEMA nexus FROM ${quoted(role)}`);
      await runner.query(`DROP ROLE IF EXISTS ${quoted(role)}`);
      await runner.query('DELETE FROM nexus.tenant WHERE tenant_id = $1', [tenantId]);
    });
  }

  /**
   * Brings every tenant's schema up, one transaction each. A tenant that fails is marked `behind` and the next one
   * goes on; running it again takes only those that are not yet there.
   */
  async migrateTenants(onProgress?: (done: number) => void): Promise<MigrationReport> {
    if (!this.#directory.isInitialized) await this.#directory.initialize();
    const failed: { tenantId: string; reason: string }[] = [];
    let migrated = 0;
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.#directory.query<{ tenant_id: string; provisioning_id: string }[]>(
        'SELECT tenant_id, provisioning_id FROM nexus.tenant WHERE schema_version <> $1 AND tenant_id > $2 ORDER BY tenant_id LIMIT $3',
        [this.requiredMigration, after, PAGE],
      );
      for (const row of rows) {
        after = row.tenant_id;
        try {
          await this.createTenant(row.tenant_id, row.provisioning_id);
          migrated += 1;
        } catch (error) {
          failed.push({ tenantId: row.tenant_id, reason: error instanceof Error ? error.message : String(error) });
          await this.#directory.query(`UPDATE nexus.tenant SET state = 'behind' WHERE tenant_id = $1`, [row.tenant_id]);
        }
        onProgress?.(migrated + failed.length);
      }
      if (rows.length < PAGE) return { migrated, failed };
    }
  }

  async close(): Promise<void> {
    if (this.#directory.isInitialized) await this.#directory.destroy();
  }

  async #provisionedBy(runner: QueryRunner, tenantId: string): Promise<string | undefined> {
    const rows = (await runner.query('SELECT provisioning_id FROM nexus.tenant WHERE tenant_id = $1', [tenantId])) as {
      provisioning_id: string;
    }[];
    return rows[0]?.provisioning_id;
  }

  async #ensureRole(runner: QueryRunner, role: string, login: string): Promise<void> {
    const found = (await runner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])) as unknown[];
    if (found.length === 0) await runner.query(`CREATE ROLE ${quoted(role)} NOLOGIN NOINHERIT`);
    // The login may take the role for a transaction, and has nothing of it otherwise.
    await runner.query(`GRANT ${quoted(role)} TO ${quoted(login)} WITH INHERIT FALSE, SET TRUE`);
  }

  /**
   * One transaction under a lock for the schema; catalog rows touched by two processes at once are tried again. TypeORM
   * binds the place of its migrations table to a data source, so each schema gets one of its own for the occasion.
   */
  async #transaction(
    schema: string,
    migrations: readonly Migration[],
    work: (runner: QueryRunner, migrate: (role: string) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const source = dataSource(this.#options, schema, migrations);
      try {
        await source.initialize();
        await source.transaction(async (manager) => {
          const runner = manager.queryRunner;
          if (runner === undefined) throw new Error('TypeORM gave no query runner');
          await runner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nexus/${schema}`]);
          await work(runner, (role) => migrate(source, runner, schema, role, migrations));
        });
        return;
      } catch (error) {
        if (attempt >= TRIES || !isCatalogRace(error)) throw translated(error);
      } finally {
        if (source.isInitialized) await source.destroy();
      }
    }
  }
}

/** Brings a schema up inside the runner's transaction and gives its role what it may have. */
async function migrate(
  source: DataSource,
  runner: QueryRunner,
  schema: string,
  role: string,
  migrations: readonly Migration[],
): Promise<void> {
  await runner.query(`SET LOCAL search_path = ${quoted(schema)}`);
  const executor = new MigrationExecutor(source, runner);
  executor.transaction = 'all'; // joins the transaction that is open
  await executor.executePendingMigrations();
  const fixed = [...migrations.flatMap((m) => m.appendOnly), MIGRATION_TABLE].map(quoted).join(', ');
  for (const statement of [
    `GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${quoted(role)}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${quoted(schema)} TO ${quoted(role)}`,
    `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${quoted(schema)} TO ${quoted(role)}`,
    `REVOKE UPDATE, DELETE ON ${fixed} FROM ${quoted(role)}`,
    `REVOKE INSERT ON ${MIGRATION_TABLE} FROM ${quoted(role)}`,
  ]) {
    await runner.query(statement);
  }
  // A partition is reached through its table, whose rights hold; by its own name it would be open to what those forbid.
  const partitions = (await runner.query(
    'SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relispartition AND relkind = ANY($2)',
    [quoted(schema), ['r', 'p']],
  )) as { relname: string }[];
  if (partitions.length > 0)
    await runner.query(`REVOKE ALL ON ${partitions.map((p) => quoted(p.relname)).join(', ')} FROM ${quoted(role)}`);
}

/** Two processes that change the cluster's shared catalogs (roles, memberships) at once; both may simply try again. */
function isCatalogRace(error: unknown): boolean {
  const state = sqlState(error);
  const message = error instanceof Error ? error.message : '';
  return (
    state === '40001' ||
    state === '40P01' ||
    (state === 'XX000' && message.includes('concurrently')) ||
    (state === '23505' && /pg_(authid|auth_members|namespace)/.test(message))
  );
}

const inOrder = (migrations: readonly Migration[]): Migration[] =>
  [...migrations].sort((a, b) => Number(a.name.slice(-13)) - Number(b.name.slice(-13)));

function dataSource(options: ProvisionerOptions, schema: string, migrations: readonly Migration[]): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema,
    migrations: migrations.map((m) => m.instance),
    migrationsTableName: MIGRATION_TABLE,
    installExtensions: false,
    logger: quietLogger,
    applicationName: `nexus-${options.service}-provisioner`,
    extra: {
      max: 1,
      // With it, a connection on which a statement takes too long is given up, not waited for at the end.
      pipeline: true,
      connectionTimeoutMillis: DATABASE_LIMITS.connectMs,
      query_timeout: STATEMENT_TIMEOUT_MS,
      idleTimeoutMillis: 5_000,
      ...TCP_KEEPALIVE,
    },
  });
}

export const createProvisioner = (options: ProvisionerOptions): Provisioner => new Provisioner(options);
