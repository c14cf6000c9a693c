import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sendProblem } from './problem.ts';
import { contentSecurityPolicy, inlineScriptHashes, SECURITY_HEADERS } from './security-headers.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
];
/** SvelteKit names these files by their content. */
const IMMUTABLE_PREFIX = '/_app/immutable/';
const FALLBACKS = ['200.html', 'index.html'];

interface FoundFile {
  file: string;
  size: number;
  etag: string;
  encoding?: string;
}

/** Serves a folder of built files; a path without a file is a page of the application, which routes in the browser. */
export class StaticFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  async serve(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendProblem(response, 'NX-1005', 'Only GET and HEAD are allowed here.');
    }
    const path = this.#inside(pathname);
    if (path === undefined) return sendProblem(response, 'NX-1002', 'There is no such file.');
    const found = (await regularFile(path)) ?? (await regularFile(`${path}.html`)) ?? (await this.#indexOf(path));
    if (found) return this.#send(request, response, found, pathname.startsWith(IMMUTABLE_PREFIX));
    // A missing script answered with a page would only confuse whoever asked for it.
    const fallback = extname(pathname) === '' ? await this.#fallback() : undefined;
    if (!fallback) return sendProblem(response, 'NX-1002', 'There is no such file.');
    return this.#send(request, response, fallback, false);
  }

  /** The file that a path names, or undefined when it would leave the folder. */
  #inside(pathname: string): string | undefined {
    let decoded: string;
    try {
      decoded = decodeURIComponent(pathname);
    } catch {
      return undefined;
    }
    if (decoded.includes('\0')) return undefined;
    const path = resolve(join(this.#root, decoded));
    return path === this.#root || path.startsWith(this.#root + sep) ? path : undefined;
  }

  async #indexOf(path: string): Promise<string | undefined> {
    // The root is the application's own page, which is the fallback.
    return path === this.#root ? undefined : regularFile(join(path, 'index.html'));
  }

  async #fallback(): Promise<string | undefined> {
    for (const name of FALLBACKS) {
      const found = await regularFile(join(this.#root, name));
      if (found) return found;
    }
    return undefined;
  }

  async #send(request: IncomingMessage, response: ServerResponse, file: string, immutable: boolean): Promise<void> {
    const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
    const found = await negotiate(file, request.headers['accept-encoding']);
    const headers: Record<string, string> = {
      ...SECURITY_HEADERS,
      'content-type': type,
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      etag: found.etag,
      ...(found.encoding ? { 'content-encoding': found.encoding } : {}),
    };
    if (extname(file) === '.html') {
      headers['content-security-policy'] = contentSecurityPolicy(inlineScriptHashes(await readFile(file, 'utf8')));
    }
    if (request.headers['if-none-match'] === found.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, 'content-length': found.size });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await pipeline(createReadStream(found.file), response);
  }
}

async function regularFile(path: string): Promise<string | undefined> {
  return (await sizeOf(path)) === undefined ? undefined : path;
}

async function sizeOf(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The file itself or its copy that was compressed when it was built. */
async function negotiate(file: string, accepted: string | string[] | undefined): Promise<FoundFile> {
  const names = String(accepted ?? '')
    .split(',')
    .map((part) => part.split(';')[0]?.trim());
  for (const { name, suffix } of ENCODINGS) {
    const compressed = names.includes(name) ? await sizeOf(file + suffix) : undefined;
    if (compressed) return { file: file + suffix, encoding: name, ...describe(compressed, name) };
  }
  const plain = await sizeOf(file);
  if (!plain) throw new Error(`${file} went away while it was being served`);
  return { file, ...describe(plain, 'plain') };
}

function describe({ size, mtimeMs }: { size: number; mtimeMs: number }, variant: string) {
  return { size, etag: `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}-${variant}"` };
}
