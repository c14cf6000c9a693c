import type { Readable } from 'node:stream';
import { NexusError, type ImportAnswer } from '@nexus/contracts';
import type { TenantContext } from '@nexus/tenancy-db';
import { ensureChain } from '../catalogue/adopt-chain.ts';
import { beginWrite, knownCurrency, readCatalogue } from '../catalogue/catalogue.repository.ts';
import type { CatalogDeps } from '../deps.ts';
import { applyImport } from './apply-import.ts';
import { readImport } from './read-import.ts';

/** Imports in hand at once in one process: each may hold a hundred thousand rows. */
const MAX_AT_ONCE = 2;
/** One statement writes a thousand rows. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** Takes files of products: the whole file or nothing of it. */
export class ProductImporter {
  readonly #deps: CatalogDeps;
  #inHand = 0;

  constructor(deps: CatalogDeps) {
    this.#deps = deps;
  }

  /**
   * Reads the file first and then writes it in one transaction, so that a slow sender holds no lock.
   *
   * @throws NexusError CAT-1001 bad rows, CAT-1003 too large, NX-1007 when imports are in hand already.
   */
  async import(ctx: TenantContext, body: Readable): Promise<ImportAnswer> {
    if (this.#inHand >= MAX_AT_ONCE) throw new NexusError('NX-1007', 'Other imports are running; try again later');
    this.#inHand += 1;
    try {
      const { db } = this.#deps;
      await ensureChain(this.#deps, ctx);
      const { currency } = knownCurrency(await db.tx(ctx, readCatalogue));
      const rows = await readImport(body, currency);
      return await db.tx(ctx, async (tx) => applyImport(this.#deps, tx, knownCurrency(await beginWrite(tx)), rows), {
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
    } finally {
      this.#inHand -= 1;
    }
  }
}
