import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabases, type TestDatabases } from '@nexus/testkit';
import pg from 'pg';
import { sendTogether } from './send-together.ts';

let databases: TestDatabases;
let client: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases({ services: ['sales'] });
  client = new pg.Client({ connectionString: databases.url('sales'), pipeline: true });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await databases.drop();
});

const stream = () => (client as unknown as { connection: pg.Connection }).connection.stream;

test('what is sent in one turn leaves together, at its end', async () => {
  const begun = sendTogether(client, { text: 'BEGIN', query_timeout: 5_000 });
  const alone = stream().writableLength;
  const asked = client.query<{ n: number }>('SELECT $1::int AS n', [7]);
  const ended = client.query('COMMIT');
  expect(stream().writableLength).toBeGreaterThan(alone);
  expect(alone).toBeGreaterThan(0);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(stream().writableCorked).toBe(0);
  await begun;
  expect((await asked).rows).toEqual([{ n: 7 }]);
  expect((await ended).command).toBe('COMMIT');
});

test('a statement that fails says so, and the connection goes on', async () => {
  await expect(sendTogether(client, { text: 'BROKEN', query_timeout: 5_000 })).rejects.toMatchObject({ code: '42601' });
  expect(stream().writableCorked).toBe(0);
  await sendTogether(client, { text: 'SELECT 1', query_timeout: 5_000 });
});

test('one that is not answered is given up in time', async () => {
  const other = new pg.Client({ connectionString: databases.url('sales'), pipeline: true });
  other.on('error', () => undefined); // its connection is given up with the statement
  await other.connect();
  const slow = sendTogether(other, { text: 'SELECT pg_sleep(30)', query_timeout: 50 });
  await expect(slow).rejects.toThrow('Query read timeout');
  await other.end();
});
