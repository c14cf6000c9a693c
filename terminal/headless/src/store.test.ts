import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SchemaTooNewError, Store, type Database } from '@nexus/terminal-core';
import { createHeadlessTill } from './headless-till.ts';
import { openNodeDatabase } from './node-database.ts';
import { fileKeyPairStorage } from './node-keys.ts';
import { createFileLock } from './node-lock.ts';
import { FakePlatform } from './test-support/fake-platform.ts';
import { expectSound, linesOf, openTestTill, sell } from './test-support/harness.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const valuesOf = async (store: Store) =>
  (await store.all<{ value: string }>('SELECT value FROM setting ORDER BY value')).map(({ value }) => value);
const put = (value: string) => (tx: Pick<Store, 'run'>) =>
  tx.run('INSERT INTO setting (name, value) VALUES (?, ?)', [value, value]);

describe('the store', () => {
  /** SQLite whose next commit fails, as on a full disk. */
  const failing = (): Database & { failCommit: boolean } => {
    const database = openNodeDatabase({ path: ':memory:' });
    const wrapped = {
      ...database,
      failCommit: false,
      run: (sql: string, parameters?: Parameters<Database['run']>[1]) => {
        if (sql === 'COMMIT' && wrapped.failCommit) {
          wrapped.failCommit = false;
          throw new Error('disk full');
        }
        return database.run(sql, parameters);
      },
    };
    return wrapped;
  };

  test('a commit that failed leaves nothing, and nothing of it gets into the next one', async () => {
    const database = failing();
    const store = new Store(database);
    await store.migrate();
    database.failCommit = true;
    let committed = false;
    await expect(store.write(put('lost'), () => (committed = true))).rejects.toThrow('disk full');
    expect(committed).toBe(false);
    await store.write(put('kept'));
    expect(await valuesOf(store)).toEqual(['kept']);
  });

  test('transactions that are asked for at once run one after the other', async () => {
    const store = new Store(failing());
    await store.migrate();
    const slowly = (value: string) => (tx: Pick<Store, 'run'>) =>
      new Promise<void>((resolve) => setImmediate(resolve)).then(() => put(value)(tx));
    await Promise.all(['a', 'b', 'c'].map((value) => store.write(slowly(value))));
    await expect(store.write(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await store.write(put('d'));
    expect(await valuesOf(store)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a database of a newer till is left alone', async () => {
    const database = openNodeDatabase({ path: ':memory:' });
    await database.exec('PRAGMA user_version = 999');
    await expect(new Store(database).migrate()).rejects.toThrow(SchemaTooNewError);
  });

  test('sales that are finished at once each have their own place', async () => {
    const { till } = await openTestTill();
    await Promise.all(Array.from({ length: 8 }, () => sell(till)));
    expectSound(await linesOf(till));
  });
});

describe('the till’s folder', () => {
  test('is given back where opening failed', async () => {
    const directory = join(folder, 'till');
    const { till, platform } = await openTestTill({ directory });
    await till.close();
    const path = join(directory, 'till.sqlite');
    const damage = (version: number): void => {
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
    };
    damage(999);
    await expect(createHeadlessTill({ directory, platform })).rejects.toThrow(SchemaTooNewError);
    damage(1);
    await (await createHeadlessTill({ directory, platform })).close();
  });

  test('has a database that flushes each commit, writes ahead, and is open once', async () => {
    const path = join(folder, 'till.sqlite');
    const database = openNodeDatabase({ path });
    const pragma = async (name: string) => Object.values((await database.all(`PRAGMA ${name}`))[0] ?? {})[0];
    expect([await pragma('synchronous'), await pragma('journal_mode'), await pragma('locking_mode')]).toEqual([
      2,
      'wal',
      'exclusive',
    ]);
    await database.exec('CREATE TABLE t (x)');
    expect(() => new DatabaseSync(path, { timeout: 0 }).prepare('SELECT * FROM t').all()).toThrow('locked');
    await database.close();
  });

  test('has a key that only its owner may read, and that signs without being readable again', async () => {
    const path = join(folder, 'key.json');
    const till = await createHeadlessTill({ directory: folder, platform: new FakePlatform() });
    await till.enrol('TEST-CODE');
    await till.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const pair = await fileKeyPairStorage(path).load();
    expect(pair?.privateKey.extractable).toBe(false);
    await writeFile(path, 'not a key');
    await expect(fileKeyPairStorage(path).load()).rejects.toThrow(SyntaxError);
  });

  test('tells a lock that somebody holds from one that cannot be had', async () => {
    const path = join(folder, 'till.lock');
    const held = await createFileLock(path).acquire();
    expect(await createFileLock(path).acquire()).toBeNull();
    await held?.release();
    await writeFile(path, 'something that is no database at all');
    await expect(createFileLock(path).acquire()).rejects.toThrow('not a database');
  });
});
