import { hash, webcrypto } from 'node:crypto';
import {
  MAX_ENTRY_BYTES,
  MAX_UPLOAD_BYTES,
  MAX_UPLOAD_ENTRIES,
  tokenProofText,
  enrolmentProofText,
  uploadHeader,
  type EnrolTerminalAnswer,
  type FeedItem,
  type UploadAnswer,
} from '@nexus/contracts';
import {
  classifyUpload,
  countForks,
  decodeUploadHeader,
  frameLines,
  fromBase64Url,
  lastNumberOf,
  lookupRange,
  previousHash,
  resendFrom,
  storedThrough,
  type Segment,
  type SignedUpload,
  type StoredLine,
  type WaitingLine,
} from '@nexus/journal';
import { TransportError, type Transport } from '@nexus/terminal-core';

interface Stored extends StoredLine {
  readonly chain: string;
  readonly line: string;
}

/** What the platform has durably: copied and put back to play a restored backup. */
interface Tables {
  segments: Segment[];
  lines: Stored[];
  waiting: (WaitingLine & { chain: string; line: string })[];
  nextNumber: number;
  epoch: number;
}

const BRANCH = '0190b6a2-0000-7000-8000-00000000000b';
const ENTITY = '0190b6a2-0000-7000-8000-00000000000e';

/**
 * The platform as one terminal sees it, in memory: real signatures, real segments, answers as agreed. `fail` makes the
 * line break before a call arrives or after it was done.
 */
export class FakePlatform implements Transport {
  tables: Tables = { segments: [], lines: [], waiting: [], nextNumber: 1, epoch: 1 };
  snapshotItems: FeedItem[] = [];
  changeLog: FeedItem[] = [];
  feedEpoch = 1;
  serverTimeMs: number | null = null;
  uploads: SignedUpload[] = [];
  fail: (call: string) => 'before' | 'after' | null = () => null;
  tokensRefused = 0;
  readonly currency: string;
  readonly #terminal: string;
  readonly #zone: string;
  readonly #cutoff: number;
  #key: Uint8Array<ArrayBuffer> | null = null;
  #nudge: (() => void)[] = [];

  constructor(options: { currency?: string; zone?: string; dayCutoffMinutes?: number; terminal?: string } = {}) {
    this.currency = options.currency ?? 'GHS';
    this.#zone = options.zone ?? 'Africa/Accra';
    this.#cutoff = options.dayCutoffMinutes ?? 0;
    this.#terminal = options.terminal ?? '0190b6a2-0000-7000-8000-00000000000a';
  }

  get lines(): readonly string[] {
    return [...this.tables.lines].sort((a, b) => a.number - b.number).map(({ line }) => line);
  }
  entries<T>(): T[] {
    return this.lines.map((line) => JSON.parse(line) as T);
  }
  get forks(): number {
    const chains = new Set(this.tables.segments.map(({ chain }) => chain));
    return [...chains].reduce((sum, chain) => sum + countForks(this.#segmentsOf(chain)), 0);
  }
  nudge(): void {
    for (const call of this.#nudge) call();
  }

  enrol: Transport['enrol'] = (request) =>
    this.#call('enrol', async (): Promise<EnrolTerminalAnswer> => {
      const key = bytes(request.publicKey);
      const text = enrolmentProofText(request.code, request.publicKey, request.chain);
      if (!(await verify(key, new TextEncoder().encode(text), bytes(request.signature)))) {
        throw new TransportError('refused', 'the proof is not valid', { code: 'IDN-1003' });
      }
      this.#key = key;
      return {
        tenant: { id: ENTITY, slug: 'kente', name: 'Kente Stores' },
        terminal: {
          id: this.#terminal,
          index: 0,
          name: 'Till 1',
          branch: BRANCH,
          legalEntity: ENTITY,
          keyId: hash('sha256', key, 'hex'),
          publicKey: request.publicKey,
          chain: request.chain,
          revokedAt: null,
        },
        branch: {
          id: BRANCH,
          index: 0,
          name: 'Osu',
          legalEntity: ENTITY,
          brand: null,
          zone: this.#zone,
          dayCutoffMinutes: this.#cutoff,
          currency: this.currency,
        },
        legalEntity: {
          id: ENTITY,
          name: 'Kente Stores Ltd',
          taxNumber: 'C0001',
          country: 'GH',
          currency: this.currency,
          fiscalYearStart: '01-01',
        },
        serverTime: this.#now(),
      };
    });

  nonce: Transport['nonce'] = () => this.#call('nonce', async () => 'a-nonce-of-the-server');

  token: Transport['token'] = ({ keyId, nonce, signature }) =>
    this.#call('token', async () => {
      const proof = new TextEncoder().encode(tokenProofText(keyId, nonce));
      if (!this.#key || !(await verify(this.#key, proof, bytes(signature)))) {
        throw new TransportError('refused', 'the proof is not valid', { code: 'IDN-1003' });
      }
      return { accessToken: 'token', expiresIn: 300 };
    });

  upload: Transport['upload'] = (upload) =>
    this.#call('upload', async () => {
      this.uploads.push(upload);
      const decoded = decodeUploadHeader(upload.header);
      if (!decoded || !this.#key || !(await verify(this.#key, decoded.bytes, bytes(upload.signature)))) {
        throw new TransportError('refused', 'the signature is not valid', { code: 'SYN-1004' });
      }
      return this.#store(uploadHeader.parse(decoded.value), upload.body);
    });

  snapshot: Transport['snapshot'] = (_token, after) =>
    this.#call('snapshot', async () => {
      this.#authorize();
      const start = Number(after ?? 0);
      const next = start + 2 < this.snapshotItems.length ? String(start + 2) : undefined;
      return { items: this.snapshotItems.slice(start, start + 2), next, cursor: this.#cursor() };
    });

  changes: Transport['changes'] = (_token, after) =>
    this.#call('changes', async () => {
      this.#authorize();
      const [epoch, position] = after.split('.').map(Number);
      if (epoch !== this.feedEpoch) throw new TransportError('restart-feed', 'another epoch', { code: 'SYN-1005' });
      const items = this.changeLog.slice(position, (position ?? 0) + 2);
      const reached = (position ?? 0) + items.length;
      return { items, cursor: `${this.feedEpoch}.${reached}`, more: reached < this.changeLog.length };
    });

  nudges: Transport['nudges'] = (_token, onNudge, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      this.#nudge.push(onNudge);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  #cursor(): string {
    return `${this.feedEpoch}.${this.changeLog.length}`;
  }

  #authorize(): void {
    if (this.tokensRefused === 0) return;
    this.tokensRefused--;
    throw new TransportError('unauthorized', 'the token is not valid', { code: 'NX-2002' });
  }

  #store(header: ReturnType<typeof uploadHeader.parse>, body: Uint8Array): UploadAnswer {
    const framed = frameLines(body, {
      maxBytes: MAX_UPLOAD_BYTES,
      maxLines: MAX_UPLOAD_ENTRIES,
      maxLineBytes: MAX_ENTRY_BYTES,
    });
    if (!framed.ok || framed.lines.length !== header.count || hash('sha256', body, 'hex') !== header.body) {
      throw new TransportError('refused', 'not framed', { code: 'SYN-1002' });
    }
    const sent = framed.lines.map(({ text }) => text ?? '');
    const segments = this.#segmentsOf(header.chain);
    const range = lookupRange(segments, header.first, header.count);
    const result = classifyUpload(
      {
        segments,
        nextNumber: this.tables.nextNumber,
        waiting: this.tables.waiting.filter(({ chain }) => chain === header.chain),
        newId: () => `segment-${this.tables.nextNumber}-${Math.random()}`,
        stored: this.tables.lines.filter(
          ({ chain, seq }) => range && chain === header.chain && seq >= range.from && seq <= range.to,
        ),
      },
      {
        chain: header.chain,
        first: header.first,
        lines: sent.map((line) => ({ hash: hash('sha256', line, 'hex'), previous: previousHash(JSON.parse(line)) })),
      },
    );
    this.tables = {
      ...this.tables,
      nextNumber: result.nextNumber,
      segments: [...this.tables.segments.filter(({ chain }) => chain !== header.chain), ...result.allSegments],
      lines: [
        ...this.tables.lines,
        ...result.numbered.map(({ seq, hash, number, index }) => ({
          chain: header.chain,
          seq,
          hash,
          number,
          line:
            index === undefined
              ? (this.tables.waiting.find((line) => line.hash === hash)?.line ?? '')
              : (sent[index] ?? ''),
        })),
      ],
      waiting: [
        ...this.tables.waiting.filter((line) => !result.numbered.some(({ hash }) => hash === line.hash)),
        ...result.waiting.map((line) => ({ ...line, chain: header.chain, line: sent[line.index] ?? '' })),
      ],
    };
    const tail = header.count > 0 ? result.tail : { seq: header.head.seq, segment: this.#segmentOf(header) };
    const through = storedThrough(this.#segmentsOf(header.chain), tail);
    const missing = resendFrom(through, tail.seq);
    const forks = countForks(this.#segmentsOf(header.chain));
    return {
      chain: header.chain,
      through,
      stored: { first: header.first, count: header.count },
      ...(missing !== undefined && { resendFrom: missing }),
      ...(forks > 0 && { forks }),
      epoch: this.tables.epoch,
      serverTime: this.#now(),
    };
  }

  #segmentsOf(of: string): Segment[] {
    return this.tables.segments.filter(({ chain }) => chain === of);
  }

  #segmentOf(header: { chain: string; head: { seq: number; hash: string } }): string | null {
    const line = this.tables.lines.find(({ chain, hash }) => chain === header.chain && hash === header.head.hash);
    const number = line?.number ?? 0;
    return this.tables.segments.find((one) => one.firstNumber <= number && number <= lastNumberOf(one))?.id ?? null;
  }

  #now(): number {
    return this.serverTimeMs ?? 1_700_000_000_000;
  }

  async #call<T>(name: string, work: () => Promise<T>): Promise<T> {
    const failure = this.fail(name);
    if (failure === 'before') throw new TransportError('unreachable', `${name} did not arrive`);
    const result = await work();
    if (failure === 'after') throw new TransportError('unreachable', `the answer to ${name} was lost`);
    return result;
  }
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => fromBase64Url(text) ?? new Uint8Array();

const verify = async (
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) =>
  webcrypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    await webcrypto.subtle.importKey('spki', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']),
    signature,
    data,
  );
