import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DOCKERFILE } from '../dockerfile/check-dockerfiles.ts';
import { basesOf } from './bases.ts';
import { pinBases } from './pin-bases.ts';
import { digestOf } from './registry.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;

let registry: Server;
let host: string;
let headers: Record<string, string> = {};

/** A registry that gives everybody a token and nobody an image without one. */
const answer: RequestListener = (request, response) => {
  const url = new URL(request.url ?? '/', `http://${host}`);
  if (url.pathname === '/token') {
    const asked = `${url.searchParams.get('service')} ${url.searchParams.get('scope')}`;
    response.end(JSON.stringify({ token: Buffer.from(asked).toString('base64') }));
  } else if (request.headers.authorization === undefined) {
    response.setHeader(
      'www-authenticate',
      `Bearer realm="http://${host}/token",service="reg",scope="repository:some/base:pull"`,
    );
    response.writeHead(401).end();
  } else {
    const token = request.headers.authorization.replace('Bearer ', '');
    const fine = Buffer.from(token, 'base64').toString() === 'reg repository:some/base:pull';
    const known = fine && url.pathname === '/v2/some/base/manifests/24';
    response.writeHead(known ? 200 : 404, { 'content-type': INDEX, 'docker-content-digest': digest, ...headers });
    response.end(body);
  }
};

beforeAll(async () => {
  registry = createServer(answer);
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
});
afterAll(() => void registry.close());

describe('the digest of a tag', () => {
  test('is computed from the index that the registry sends, after it gave a token', async () => {
    headers = {};
    expect(await digestOf(`${host}/some/base`, '24', 'http')).toBe(digest);
  });

  test('is not had where there is none', async () => {
    await expect(digestOf(`${host}/some/base`, '23', 'http')).rejects.toThrow('404');
  });

  test('is not believed where it is not that of what came', async () => {
    headers = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
    await expect(digestOf(`${host}/some/base`, '24', 'http')).rejects.toThrow('the registry says');
  });

  test('of an image for one platform is refused', async () => {
    headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
    await expect(digestOf(`${host}/some/base`, '24', 'http')).rejects.toThrow('no index');
  });
});

test('pinning changes digests alone, and says which', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'nexus-bases-'));
  const file = join(dir, 'Dockerfile');
  const before = await readFile(DOCKERFILE, 'utf8');
  await writeFile(file, before);
  const [first, second] = basesOf(before);
  const lines: string[] = [];
  const resolve = async (image: string) => (image === first?.image ? digest : (second?.digest ?? ''));
  await pinBases((line) => void lines.push(line), file, resolve);
  expect(await readFile(file, 'utf8')).toBe(before.replace(first?.digest ?? '', digest));
  expect(lines).toEqual([expect.stringContaining(`→ ${digest}`), expect.stringContaining('is as it was')]);
  await rm(dir, { recursive: true });
});
