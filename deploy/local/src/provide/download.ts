import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An answer must begin within this time: without a network the search for an engine goes on at once. */
const CONNECT_TIMEOUT_MS = 5_000;
const WHOLE_TIMEOUT_MS = 20 * 60_000;
const MAX_BYTES = 1024 ** 3;

const unreachableHosts = new Map<string, string>();

/** Opens an address; a host that could not be reached is not tried again by this process. */
async function open(url: string): Promise<Response> {
  const { host } = new URL(url);
  const known = unreachableHosts.get(host);
  if (known) throw new Error(`${host} cannot be reached: ${known}`);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer in ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(WHOLE_TIMEOUT_MS)]),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    unreachableHosts.set(host, why);
    throw new Error(`${host} cannot be reached: ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** Downloads a file and refuses it unless its SHA-256 is the expected one. */
export async function downloadVerified(url: string, expectedSha256: string, toFile: string): Promise<void> {
  const response = await open(url);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > MAX_BYTES ? new Error(`${url} is larger than ${MAX_BYTES} bytes`) : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body as never), measure, createWriteStream(toFile));
  const actual = hash.digest('hex');
  if (actual !== expectedSha256) {
    throw new Error(`${url} has the SHA-256 ${actual}, expected ${expectedSha256}`);
  }
}

/** The checksum of one file from a published `sha256sum` list. */
export async function publishedSha256(checksumsUrl: string, fileName: string): Promise<string> {
  const text = await (await open(checksumsUrl)).text();
  for (const line of text.split('\n').slice(0, 1_000)) {
    const match = /^([0-9a-f]{64})\s+\*?(\S+)$/.exec(line.trim());
    if (match?.[1] && match[2] === fileName) return match[1];
  }
  throw new Error(`${checksumsUrl} does not name ${fileName}`);
}
