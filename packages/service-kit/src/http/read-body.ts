import type { IncomingMessage } from 'node:http';
import { PassThrough, Transform, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { NexusError } from '@nexus/contracts';
import type { Request } from 'express';
import type { z } from 'zod';
import { hasBody, isRawBody, type RawBody } from './body.ts';
import { invalid } from './problem.ts';
import type { Route } from './route.ts';
import { assertText } from './text.ts';

/** Bytes that a body may have on a route that takes none: enough to say `{}`. */
const EMPTY_BODY_BYTES = 64;

/** The body as the route wants it: parsed and checked, a buffer, or a stream that ends with NX-1003 beyond its limit. */
export async function readBody(route: Route, request: Request): Promise<unknown> {
  const { body } = route;
  if (body === undefined) return refuseBody(route, request);
  if (isRawBody(body)) return readRaw(body, request);
  if (!hasBody(request)) throw new NexusError('NX-1001', 'A JSON body is required');
  if (request.is('application/json') === false) throw new NexusError('NX-1004', 'Send application/json');
  return parseJson(body, await collect(request, route.bodyBytes));
}

async function readRaw(body: RawBody, request: Request): Promise<Buffer | Readable> {
  if (hasBody(request) && request.is([...body.contentTypes]) === false)
    throw new NexusError('NX-1004', `Send ${body.contentTypes.join(' or ')}`);
  return body.mode === 'stream' ? limited(request, body.maxBytes) : collect(request, body.maxBytes);
}

/** A field on a route without a body is an unknown field like any other. */
async function refuseBody(route: Route, request: Request): Promise<undefined> {
  if (route.method === 'get' || !hasBody(request)) return undefined;
  const text = (await collect(request, EMPTY_BODY_BYTES)).toString('utf8').trim();
  if (text !== '' && text !== '{}') throw new NexusError('NX-1001', 'This request takes no body');
  return undefined;
}

function parseJson(schema: z.ZodType, bytes: Buffer): unknown {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
    if (text.includes('\\u')) assertText('body', value);
  } catch (error) {
    if (error instanceof NexusError) throw error;
    throw new NexusError('NX-1008', undefined, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid('body', parsed.error);
  return parsed.data;
}

async function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of limited(request, maxBytes)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The body after decompression, byte by byte under its limit. A broken or foreign encoding is the client's mistake. */
function limited(request: IncomingMessage, maxBytes: number): Readable {
  const declared = Number(request.headers['content-length'] ?? 0);
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity' && declared > maxBytes) throw tooLarge(maxBytes);
  const decoder = decoderFor(encoding);
  const meter = meterOf(maxBytes);
  // `pipeline` would tear the socket down on an error, and with it the answer that says what was wrong.
  const fail = (error: unknown): void => void meter.destroy(bodyError(error));
  // Comes after an error too: whoever breaks off sends no more of it.
  request.on('close', () => {
    if (!request.complete) fail(new NexusError('NX-1001', 'The body ended early'));
  });
  decoder.on('error', fail);
  meter.on('close', () => {
    request.unpipe(decoder);
    decoder.destroy();
    request.resume();
  });
  return request.pipe(decoder).pipe(meter);
}

function decoderFor(encoding: string): Transform {
  if (encoding === 'identity') return new PassThrough();
  if (encoding === 'gzip') return createGunzip();
  if (encoding === 'deflate') return createInflate();
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding === 'zstd') return createZstdDecompress();
  throw new NexusError('NX-1004', 'Content-Encoding may be gzip, deflate, br or zstd');
}

function meterOf(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
}

const tooLarge = (maxBytes: number): NexusError => new NexusError('NX-1003', `At most ${maxBytes} bytes`);

const bodyError = (error: unknown): NexusError =>
  error instanceof NexusError ? error : new NexusError('NX-1001', 'The body could not be read', { cause: error });
