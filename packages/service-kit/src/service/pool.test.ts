import { EventEmitter } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import type { TenancyDb } from '@nexus/tenancy-db';
import { PoolWatch } from './pool.ts';

/** A pool that the test fills, and a database that answers as the test says. */
function watched(ping: () => Promise<boolean>) {
  const pool = Object.assign(new EventEmitter(), { totalCount: 3, idleCount: 1, waitingCount: 2 });
  const driver: { master?: EventEmitter } = { master: pool };
  const db = { ping: jest.fn(ping), dataSource: { driver } };
  return { pool, db, driver, watch: new PoolWatch(db as unknown as TenancyDb) };
}

const hangs = (): Promise<boolean> => new Promise(() => undefined);

test('a pool that gives connections back answers, however many wait for one', async () => {
  const { pool, db, watch } = watched(hangs);
  watch.counts();
  pool.emit('release', undefined, {});
  expect(await watch.answers()).toBe(true);
  expect(db.ping).not.toHaveBeenCalled();
});

test('a connection that broke says nothing good: the database is asked', async () => {
  const { pool, watch } = watched(() => Promise.resolve(false));
  watch.counts();
  pool.emit('release', new Error('Connection terminated'), {});
  expect(await watch.answers()).toBe(false);
});

test('counts what is idle, busy and waited for; nothing before the first connection', () => {
  const { watch, driver } = watched(hangs);
  expect(watch.counts()).toEqual({ idle: 1, busy: 2, waiting: 2 });
  Reflect.deleteProperty(driver, 'master');
  expect(watch.counts()).toEqual({ idle: 0, busy: 0, waiting: 0 });
});
