import { MAX_BAD_ROWS_NAMED, NexusError, type ImportRejection } from '@nexus/contracts';

/** Bad rows of one import: all are counted, the first thousand are named. */
export class BadRows {
  readonly #named: { line: number; reason: string }[] = [];
  #total = 0;

  add(line: number, reason: string): void {
    this.#total += 1;
    if (this.#named.length < MAX_BAD_ROWS_NAMED) this.#named.push({ line, reason });
  }

  get total(): number {
    return this.#total;
  }

  /** Throws CAT-1001 with the rows, by line, if there are any. */
  refuse(): void {
    if (this.#total === 0) return;
    const badRows = this.#named.toSorted((a, b) => a.line - b.line);
    const extra: ImportRejection = { badRows, badRowsTotal: this.#total };
    const first = badRows[0];
    throw new NexusError(
      'CAT-1001',
      `${this.#total} bad rows, nothing was imported; the first: line ${first?.line}, ${first?.reason}`,
      { extra: { ...extra } },
    );
  }
}
