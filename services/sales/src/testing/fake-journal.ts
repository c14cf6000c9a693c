import { createHash } from 'node:crypto';
import { takeEntries } from '@nexus/contracts';
import { rpcLinesHandler, type RpcHandler } from '@nexus/messaging';
import { priceSale, type LineInput } from '@nexus/pricing';
import { uuidv7 } from '@nexus/tenancy-db';

/** The electronic journal as sync hands it out, in memory: sales' own suites need its answers, not its storage. */
export class FakeJournal {
  readonly terminal = uuidv7();
  readonly branch = uuidv7();
  readonly legalEntity = uuidv7();
  readonly chain = uuidv7();
  readonly lines: { hash: string; line: string; kind: string }[] = [];
  epoch = 1;
  #at = Date.UTC(2026, 2, 2, 9);

  /** Appends any text as an entry of a kind and returns its hash. */
  append(line: string, kind: string): string {
    const hash = createHash('sha256').update(line).digest('hex');
    this.lines.push({ hash, line, kind });
    return hash;
  }

  entry(kind: string, body: object): { id: string; hash: string } {
    const id = uuidv7();
    this.#at += 60_000;
    const line = JSON.stringify({
      v: 1,
      t: this.terminal,
      c: this.chain,
      s: this.lines.length + 1,
      p: this.lines.at(-1)?.hash ?? '0'.repeat(64),
      i: id,
      k: kind,
      h: [this.#at, 0],
      w: { u: this.#at, o: 0, z: 'Africa/Accra', b: '2026-03-02' },
      at: { le: this.legalEntity, br: this.branch, ca: 'ama' },
      by: { app: '0.1.0', pe: 1 },
      ...body,
    });
    return { id, hash: this.append(line, kind) };
  }

  /** A sale or return, paid in cash. */
  transaction(kind: 'sale' | 'return', lines: readonly LineInput[], change: object = {}): { id: string; hash: string } {
    const priced = priceSale({ currency: 'GHS', lines });
    return this.entry(kind, {
      r: { s: 'T1', n: this.lines.length + 1 },
      L: priced.lines,
      T: priced.totals,
      N: [{ id: uuidv7(), ty: 'cash', td: priced.totals.pay, ap: priced.totals.pay, cur: 'GHS' }],
      ...change,
    });
  }

  /** Answers `take-entries` for this terminal, with the epoch rule of the contract. */
  handler(): RpcHandler {
    return rpcLinesHandler(takeEntries, (_ctx, request) => {
      const restart = request.epoch !== 0 && request.epoch !== this.epoch;
      const after = restart || request.epoch === 0 ? 0 : request.after;
      const through = Math.min(this.lines.length, after + request.limit);
      const entries = this.lines
        .slice(after, through)
        .map((entry, index) => ({ ...entry, number: after + index + 1 }))
        .filter(({ kind }) => !restart && request.kinds.includes(kind));
      return Promise.resolve({
        reply: {
          epoch: this.epoch,
          restart,
          through: restart ? 0 : through,
          throughHash: this.lines[through - 1]?.hash ?? null,
          drained: through === this.lines.length,
          entries: entries.map(({ number, hash }): [number, string] => [number, hash]),
        },
        lines: entries.map(({ line }) => line),
      });
    });
  }
}

const VAT = { code: 'standard', components: [{ code: 'VAT', rate: 150_000 }] };

/** A line of one product; quantity in thousandths, price in pesewas. */
export const lineOf = (
  n: number,
  quantity: number,
  unitPrice: number,
  original?: LineInput['original'],
): LineInput => ({
  n,
  product: PRODUCTS[n % PRODUCTS.length] ?? '',
  code: `P${n}`,
  description: `Product ${n}`,
  quantity,
  unitPrice,
  taxGroup: VAT,
  ...(original === undefined ? {} : { original }),
});
export const PRODUCTS = Array.from({ length: 5 }, () => uuidv7());
