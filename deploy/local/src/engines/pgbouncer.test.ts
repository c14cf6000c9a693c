import { expect, test } from '@jest/globals';
import { temporaryDir } from '../test-support/temporary-dir.ts';
import { requirePooler } from '../pooler.ts';
import { requirePgBouncer } from './pgbouncer.ts';

test('a machine without PgBouncer is told how to get it', async () => {
  using empty = temporaryDir();
  const path = process.env['PATH'];
  process.env['PATH'] = empty.path;
  try {
    await expect(requirePgBouncer([])).rejects.toMatchObject({
      message: expect.stringContaining('PgBouncer, which was asked for, is not here'),
      remedy: expect.stringContaining('apt-get install pgbouncer'),
    });
  } finally {
    process.env['PATH'] = path;
  }
});

test('engines that were started without it are named, with what to do', () => {
  expect(requirePooler({ pgbouncer: { host: '127.0.0.1', port: 1 } })).toEqual({ host: '127.0.0.1', port: 1 });
  expect(() => requirePooler({ pgbouncer: undefined })).toThrow('were started without PgBouncer');
});
