import { createHash, generateKeyPairSync, randomUUIDv7, sign, type KeyObject } from 'node:crypto';
import type { UploadHeader } from '@nexus/contracts';
import { encodeUploadHeader, ZERO_HASH } from '@nexus/journal';
import type { RawUpload } from '../journal/verify-upload.ts';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface WrittenLine {
  readonly bytes: Buffer;
  readonly hash: string;
}

/** A sale of `lines` products of 5.00 each, as a till writes it; the envelope's place is filled in by the till. */
export const saleBody = (lines = 3, receipt = 1): Record<string, unknown> => ({
  k: 'sale',
  r: { s: 'T1', n: receipt },
  L: Array.from({ length: lines }, (_, i) => ({
    n: i + 1,
    p: '019f0000-0000-7000-8000-000000000001',
    c: `P${i}`,
    d: `Product ${i}`,
    q: 1000,
    up: 500,
    tg: 'standard',
    x: [],
    g: 500,
  })),
  T: { cur: 'GHS', net: 500 * lines, tax: [], disc: 0, gross: 500 * lines, round: 0, pay: 500 * lines },
  N: [{ id: randomUUIDv7(), ty: 'cash', td: 500 * lines, ap: 500 * lines, cur: 'GHS' }],
});

/** A till of a test: its own key pair and chain, entries written on demand, uploads signed. */
export class TestTill {
  readonly terminal = randomUUIDv7();
  chain = randomUUIDv7();
  readonly branch: string;
  readonly publicKey: string;
  readonly keyId: string;
  readonly #privateKey: KeyObject;
  lines: WrittenLine[] = [];
  acked: UploadHeader['acked'];
  receipts = 0;

  constructor(branch: string = randomUUIDv7()) {
    this.branch = branch;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = pair.privateKey;
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
    this.publicKey = spki.toString('base64url');
    this.keyId = sha256(spki);
  }

  get headHash(): string {
    return this.lines.at(-1)?.hash ?? ZERO_HASH;
  }

  /** A copy that goes on by itself: a cloned device. */
  clone(): TestTill {
    const copy = Object.create(TestTill.prototype) as TestTill;
    return Object.assign(copy, this, { lines: [...this.lines] }, { keyOf: () => this.#privateKey });
  }

  /** Writes an entry; `body` may overwrite what the envelope would say. */
  write(body: Record<string, unknown> = saleBody(3, (this.receipts += 1))): WrittenLine {
    const { k, ...rest } = body;
    const entry = {
      v: 1,
      t: this.terminal,
      c: this.chain,
      s: this.lines.length + 1,
      p: this.headHash,
      i: randomUUIDv7(),
      k,
      h: [Date.now(), 0],
      w: { u: Date.now(), o: 0, z: 'Africa/Accra', b: '2026-11-20' },
      at: { le: this.branch, br: this.branch },
      by: { app: 'test', pe: 1 },
      ...rest,
    };
    return this.writeRaw(JSON.stringify(entry));
  }

  /** Writes whatever bytes as the next line. */
  writeRaw(bytes: string | Buffer): WrittenLine {
    const line = { bytes: Buffer.from(bytes as string), hash: sha256(bytes) };
    this.lines.push(line);
    return line;
  }

  sell(count: number): this {
    for (let i = 0; i < count; i += 1) this.write();
    return this;
  }

  /** Lines `from` … `to` (sequences, inclusive), signed. */
  upload(from = 1, to = this.lines.length, changes: Partial<UploadHeader> = {}): RawUpload {
    const lines = this.lines.slice(from - 1, to);
    const body = Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]));
    const header: UploadHeader = {
      v: 1,
      key: this.keyId,
      terminal: this.terminal,
      chain: this.chain,
      first: from,
      count: lines.length,
      body: sha256(body),
      last: lines.at(-1)?.hash ?? ZERO_HASH,
      head: { seq: this.lines.length, hash: this.headHash },
      unsent: { count: this.lines.length - from + 1, gross: 0, cur: 'GHS' },
      at: Date.now(),
      ...changes,
    };
    const bytes = this.acked === undefined ? encodeUploadHeader(header) : encodeWith(header, this.acked);
    return { ...this.signed(bytes), body };
  }

  signed(bytes: Uint8Array): { header: string; signature: string } {
    const key = (this as unknown as { keyOf?: () => KeyObject }).keyOf?.() ?? this.#privateKey;
    const signature = sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
    return { header: Buffer.from(bytes).toString('base64url'), signature: signature.toString('base64url') };
  }
}

const encodeWith = (header: UploadHeader, acked: UploadHeader['acked']): Buffer =>
  Buffer.from(JSON.stringify({ ...header, acked }));
