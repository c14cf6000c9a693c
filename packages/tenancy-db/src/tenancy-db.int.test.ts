import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createTestDatabases,
  createTestTenant,
  startPgBouncer,
  withSuperuser,
  type TestDatabases,
  type TestPgBouncer,
  type TestTenant,
} from '@nexus/testkit';
import pg from 'pg';
import {
  createProvisioner,
  createTenancyDb,
  migration,
  raiseException,
  tenantRole,
  tenantSchema,
  type Provisioner,
  type TenancyDb,
} from './index.ts';

const noteMigration = migration({
  number: 100,
  name: 'note',
  appendOnly: ['stone'],
  up: [
    'CREATE TABLE note (id int PRIMARY KEY, body text NOT NULL)',
    'CREATE TABLE stone (id int PRIMARY KEY) PARTITION BY RANGE (id)',
    'CREATE TABLE stone_few PARTITION OF stone FOR VALUES FROM (0) TO (100)',
  ],
});

describe.each([
  ['straight to PostgreSQL', false],
  ['through PgBouncer in transaction mode', true],
])('%s', (_way, pooled) => {
  let databases: TestDatabases;
  let pooler: TestPgBouncer | undefined;
  let provisioner: Provisioner;
  let db: TenancyDb;
  let a: TestTenant;
  let b: TestTenant;

  const provisionerWith = (...migrations: (typeof noteMigration)[]): Provisioner =>
    createProvisioner({ service: 'sales', url: databases.provisionerUrl('sales'), tenantMigrations: migrations });

  const url = (): string => (pooler ?? databases).url('sales');

  beforeAll(async () => {
    databases = await createTestDatabases({ services: ['sales'] });
    pooler = pooled ? await startPgBouncer(databases) : undefined;
    provisioner = provisionerWith(noteMigration);
    await provisioner.migrateShared();
    a = await createTestTenant(provisioner);
    b = await createTestTenant(provisioner);
    db = createTenancyDb({
      service: 'sales',
      url: url(),
      requiredMigration: provisioner.requiredMigration,
    });
  });
  afterAll(async () => {
    await db.close();
    await provisioner.close();
    await pooler?.stop();
    await databases.drop();
  });

  const notes = (tenant: TestTenant) =>
    db.tx(tenant, (tx) => tx.query<{ id: number; body: string }>('SELECT id, body FROM note ORDER BY id'));

  describe('a transaction', () => {
    test('sees its own tenant only', async () => {
      await db.tx(a, (tx) => tx.query('INSERT INTO note VALUES (1, $1)', ['of a']));
      await db.tx(b, (tx) => tx.query('INSERT INTO note VALUES (1, $1)', ['of b']));
      expect(await notes(a)).toEqual([{ id: 1, body: 'of a' }]);
      expect(await notes(b)).toEqual([{ id: 1, body: 'of b' }]);
    });

    test('may not name another tenant’s schema, nor take its role', async () => {
      const foreign = tenantSchema(b.tenantId);
      await expect(db.tx(a, (tx) => tx.query(`SELECT * FROM ${foreign}.note`))).rejects.toMatchObject({
        code: '42501',
      });
      await expect(db.tx(a, (tx) => tx.query(`INSERT INTO ${foreign}.note VALUES (9, 'x')`))).rejects.toMatchObject({
        code: '42501',
      });
    });

    test('rolls back as a whole', async () => {
      const failing = db.tx(a, async (tx) => {
        await tx.query(`INSERT INTO note VALUES (2, 'lost')`);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await notes(a)).toHaveLength(1);
    });

    test('does not pass for committed when an error inside it was swallowed', async () => {
      const swallowing = db.tx(a, async (tx) => {
        await tx.query(`INSERT INTO note VALUES (3, 'lost')`);
        await tx.query('SELECT broken').catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow('rolled back');
      expect(await notes(a)).toHaveLength(1);
    });

    test('takes no statement after its end', async () => {
      let late: Promise<unknown> | undefined;
      await db.tx(a, (tx) => {
        late = new Promise((resolve) => setImmediate(resolve)).then(() => tx.query('SELECT 1'));
        late.catch(() => undefined);
        return Promise.resolve();
      });
      await expect(late).rejects.toThrow('ended');
    });

    test('runs hooks after the commit, and none after a rollback', async () => {
      const seen: string[] = [];
      await db.tx(a, (tx) => {
        tx.afterCommit(() => seen.push('committed'));
        return Promise.resolve();
      });
      await db
        .tx(a, (tx) => {
          tx.afterCommit(() => seen.push('rolled back'));
          return Promise.reject(new Error('no'));
        })
        .catch(() => undefined);
      expect(seen).toEqual(['committed']);
    });

    test('ends with its last statement: committed, its hooks run, and nothing taken after it', async () => {
      const seen: unknown[] = [];
      const rows = await db.tx(a, async (tx) => {
        tx.afterCommit(() => seen.push('committed'));
        await tx.query(`INSERT INTO note VALUES (4, 'kept')`);
        const found = tx.last<{ body: string }>('note', 'SELECT body FROM note WHERE id = $1', [4]);
        await tx.query('SELECT 1').catch((error: unknown) => seen.push(String(error)));
        return found;
      });
      expect(rows).toEqual([{ body: 'kept' }]);
      expect(seen).toEqual([expect.stringContaining('ended'), 'committed']);
      // Asked on a connection of its own: that of the transaction would see what it never committed.
      const seenByOthers = await withSuperuser(databases.superuserUrl('sales'), (sql) =>
        sql(`SELECT id FROM ${tenantSchema(a.tenantId)}.note WHERE id = 4`),
      );
      expect(seenByOthers).toHaveLength(1);
      expect(await db.tx(a, (tx) => tx.last('gone', 'DELETE FROM note WHERE id = $1 RETURNING id', [4]))).toEqual([
        { id: 4 },
      ]);
      expect(await notes(a)).toHaveLength(1);
    });

    test('fails as a whole with its last statement, and says why that failed', async () => {
      const seen: string[] = [];
      const failing = (sql: string) =>
        db.tx(a, async (tx) => {
          tx.afterCommit(() => seen.push('committed'));
          await tx.query(`INSERT INTO note VALUES (5, 'lost')`);
          return tx.last('failing', sql, []);
        });
      await expect(failing('SELECT broken')).rejects.toMatchObject({ code: '42703' });
      await expect(failing(`INSERT INTO note VALUES (5, 'twice')`)).rejects.toMatchObject({ code: '23505' });
      const swallowing = db.tx(a, async (tx) => {
        await tx.query('SELECT broken').catch(() => undefined);
        return tx.last('fine', 'SELECT 1', []);
      });
      await expect(swallowing).rejects.toMatchObject({ code: '25P02' });
      const never = { tenantId: '019f0000-0000-7000-8000-00000000dead' };
      await expect(db.tx(never, (tx) => tx.last('any', 'SELECT 1', []))).rejects.toMatchObject({ code: 'NX-3003' });
      expect(seen).toEqual([]);
      expect(await notes(a)).toHaveLength(1);
    });

    test('tries again after a deadlock', async () => {
      await db.tx(a, (tx) => tx.query(`INSERT INTO note VALUES (10, ''), (11, '') ON CONFLICT DO NOTHING`));
      const both = [0, 0];
      const met: (() => void)[] = [];
      const meet = () =>
        new Promise<void>((resolve) => (met.push(resolve) === 2 ? met.forEach((go) => go()) : undefined));
      const cross = (mine: number, first: number, second: number) =>
        db.tx(a, async (tx) => {
          both[mine] = (both[mine] ?? 0) + 1;
          await tx.query('UPDATE note SET body = body || $2 WHERE id = $1', [first, String(mine)]);
          if (met.length < 2) await meet();
          await tx.query('UPDATE note SET body = body || $2 WHERE id = $1', [second, String(mine)]);
        });
      await Promise.all([cross(0, 10, 11), cross(1, 11, 10)]);
      expect((both[0] ?? 0) + (both[1] ?? 0)).toBeGreaterThan(2);
      const rows = await db.tx(a, (tx) => tx.query<{ body: string }>('SELECT body FROM note WHERE id IN (10, 11)'));
      for (const { body } of rows) expect([...body].sort().join('')).toBe('01');
    });
  });

  describe('roles', () => {
    test('the service login without a role may read nothing', async () => {
      const client = new pg.Client({ connectionString: url() });
      await client.connect();
      try {
        for (const table of [`${tenantSchema(a.tenantId)}.note`, 'nexus.tenant', 'nexus.doorbell']) {
          await expect(client.query(`SELECT * FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
        }
        await expect(client.query('CREATE TABLE public.x (id int)')).rejects.toMatchObject({ code: '42501' });
        await expect(client.query('CREATE SCHEMA x')).rejects.toMatchObject({ code: '42501' });
      } finally {
        await client.end();
      }
    });

    test('a tenant’s role may neither change append-only tables nor make or drop any', async () => {
      await db.tx(a, (tx) => tx.query('INSERT INTO stone VALUES (1)'));
      for (const sql of [
        'UPDATE stone SET id = 2',
        'DELETE FROM stone',
        'UPDATE stone_few SET id = 2',
        'DELETE FROM stone_few',
        'INSERT INTO stone_few VALUES (3)',
        'TRUNCATE note',
        'DROP TABLE note',
        'CREATE TABLE x (id int)',
        'DELETE FROM schema_migration',
      ]) {
        await expect(db.tx(a, (tx) => tx.query(sql))).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  describe('provisioning', () => {
    test('is idempotent under its id and refuses another', async () => {
      await provisioner.createTenant(a.tenantId, a.provisioningId);
      expect(await notes(a)).not.toHaveLength(0);
      await expect(provisioner.createTenant(a.tenantId, b.provisioningId)).rejects.toMatchObject({ code: 'NX-1006' });
    });

    test('is undone only by the id that made it, and leaves nothing', async () => {
      const c = await createTestTenant(provisioner);
      await provisioner.dropTenant(c.tenantId, a.provisioningId);
      await expect(notes(c)).resolves.toEqual([]);
      await provisioner.dropTenant(c.tenantId, c.provisioningId);
      await provisioner.dropTenant(c.tenantId, c.provisioningId);
      await expect(notes(c)).rejects.toMatchObject({ code: 'NX-3003' });
      const left = await withSuperuser(databases.superuserUrl('sales'), (sql) =>
        sql('SELECT 1 FROM pg_roles WHERE rolname = $1 UNION ALL SELECT 1 FROM pg_namespace WHERE nspname = $2', [
          tenantRole(db.names, c.tenantId),
          tenantSchema(c.tenantId),
        ]),
      );
      expect(left).toEqual([]);
    });

    test('a tenant that is behind answers NX-3002 alone, and its migration can be resumed', async () => {
      const broken = migration({ number: 101, name: 'later', up: [`INSERT INTO note VALUES (1, 'clash')`] });
      const newer = provisionerWith(noteMigration, broken);
      const upgraded = createTenancyDb({
        service: 'sales',
        url: url(),
        requiredMigration: newer.requiredMigration,
      });
      try {
        await newer.migrateShared();
        const c = await createTestTenant(newer);
        const report = await newer.migrateTenants();
        expect(report.failed.map((f) => f.tenantId).sort()).toEqual([a.tenantId, b.tenantId].sort());
        await expect(upgraded.tx(a, (tx) => tx.query('SELECT 1'))).rejects.toMatchObject({ code: 'NX-3002' });
        await expect(upgraded.tx(c, (tx) => tx.query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
        for (const tenant of [a, b]) await db.tx(tenant, (tx) => tx.query('DELETE FROM note WHERE id = 1'));
        await expect(newer.migrateTenants()).resolves.toMatchObject({ migrated: 2, failed: [] });
        await expect(newer.migrateTenants()).resolves.toMatchObject({ migrated: 0, failed: [] });
        await expect(upgraded.tx(a, (tx) => tx.query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
      } finally {
        await upgraded.close();
        await newer.close();
      }
    });

    test('many tenants at once', async () => {
      const made = await Promise.all(Array.from({ length: 6 }, () => createTestTenant(provisioner)));
      for (const tenant of made) await expect(notes(tenant)).resolves.toEqual([]);
    });
  });

  test('an exception raised twice is one', async () => {
    const gap = { kind: 'gap', severity: 'warning', key: 'gap/1', detail: { missing: 3 } } as const;
    expect(await db.tx(a, (tx) => raiseException(tx, gap))).toBe(1);
    expect(await db.tx(a, (tx) => raiseException(tx, gap))).toBe(0);
  });

  test('many transactions of two tenants at once each see their own', async () => {
    const many = createTenancyDb({ service: 'sales', url: url(), poolSize: 20 });
    try {
      await Promise.all(
        Array.from({ length: 200 }, async (_, i) => {
          const tenant = i % 2 === 0 ? a : b;
          await many.tx(tenant, async (tx) => {
            await tx.query('INSERT INTO note VALUES ($1, $2)', [1000 + i, tenant.tenantId]);
            const foreign = await tx.query('SELECT 1 FROM note WHERE id >= 1000 AND body <> $1', [tenant.tenantId]);
            expect(foreign).toEqual([]);
          });
        }),
      );
    } finally {
      await many.close();
    }
  });
});
