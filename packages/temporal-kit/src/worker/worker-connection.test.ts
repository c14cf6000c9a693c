import { expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { WorkerConnection } from './worker-connection.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

test('a runtime that could not be installed is tried again by the next worker, and closing waits for nothing', async () => {
  let tries = 0;
  const connection = new WorkerConnection('127.0.0.1:1', logger, () => {
    tries += 1;
    throw new Error(`no runtime ${tries}`);
  });
  await expect(connection.get()).rejects.toThrow('no runtime 1');
  await expect(connection.get()).rejects.toThrow('no runtime 2');
  await connection.close();
});
