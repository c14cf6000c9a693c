import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '../test-support/temporary-dir.ts';
import { downloadVerified, publishedSha256 } from './download.ts';

const archive = Buffer.from('the archive');
const digest = createHash('sha256').update(archive).digest('hex');
let server: Server;
let origin: string;
/** How often somebody asked where nothing is ever answered. */
let unanswered = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/a.tar.gz') response.end(archive);
    else if (request.url === '/sums') response.end(`${'0'.repeat(64)}  other\n${digest}  a.tar.gz\n`);
    else if (request.url === '/silence') unanswered += 1;
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a release', () => {
  test('is taken when its bytes are the pinned ones', async () => {
    using dir = temporaryDir();
    const file = join(dir.path, 'a.tar.gz');
    await downloadVerified(`${origin}/a.tar.gz`, digest, file);
    expect(readFileSync(file)).toEqual(archive);
  });

  test('is refused when they are not', async () => {
    using dir = temporaryDir();
    const wrong = downloadVerified(`${origin}/a.tar.gz`, 'f'.repeat(64), join(dir.path, 'a'));
    await expect(wrong).rejects.toThrow(`has the SHA-256 ${digest}, expected ${'f'.repeat(64)}`);
  });

  test('that is not there fails with its status', async () => {
    using dir = temporaryDir();
    await expect(downloadVerified(`${origin}/b`, digest, join(dir.path, 'b'))).rejects.toThrow('answered 404');
    expect(existsSync(join(dir.path, 'b'))).toBe(false);
  });

  test('finds its checksum in the published list, and only its own', async () => {
    expect(await publishedSha256(`${origin}/sums`, 'a.tar.gz')).toBe(digest);
    await expect(publishedSha256(`${origin}/sums`, 'b.tar.gz')).rejects.toThrow('does not name b.tar.gz');
  });

  test('of a server that says nothing is given up within five seconds, and not asked again', async () => {
    using dir = temporaryDir();
    const silence = () =>
      downloadVerified(`${origin.replace('127.0.0.1', 'localhost')}/silence`, digest, join(dir.path, 'c'));
    await expect(silence()).rejects.toThrow('cannot be reached: no answer in 5000 ms');
    await expect(silence()).rejects.toThrow('cannot be reached');
    expect(unanswered).toBe(1);
  });
});
