import { ENTRY_VERSION, MAX_ENTRY_BYTES, type EntryKind } from '@nexus/contracts';
import { createUuidV7, encodeEntry, tick, ZERO_HASH, type HybridTime } from '@nexus/journal';
import { CURRENT_ENGINE } from '@nexus/pricing';
import type { TillPorts } from '../ports/ports.ts';
import { businessDateAt, utcOffsetMinutes } from '../shift/business-date.ts';
import type { Store, StoreTx } from '../store/store.ts';
import { factsOf, type TillState } from '../till-context.ts';

/** Somebody's consent to what a cashier may not do alone. */
export interface Approval {
  readonly by: string;
  readonly how: string;
  readonly why: string;
}

export interface NewEntry {
  readonly kind: EntryKind;
  readonly body: Readonly<Record<string, unknown>>;
  readonly approvals?: readonly Approval[];
  /** What the entry adds to the running totals: a finished sale or return, and its signed gross. */
  readonly sales?: number;
  readonly gross?: number;
  /** Shift that the entry belongs to, where it is not the open one. */
  readonly shift?: {
    readonly id: string;
    readonly businessDate: string;
    readonly drawer: string;
    readonly cashier: string;
  };
  /** Entry id where the body must name it; left out: a new one. */
  readonly id?: string;
}

export interface Appended {
  readonly id: string;
  readonly seq: number;
  readonly hash: string;
  readonly line: string;
  readonly at: number;
}

/** What wrote an entry, and on which device. */
export interface MadeBy {
  readonly appVersion: string;
  readonly device?: string;
}

/** A transaction in which entries are appended. */
export interface JournalTx extends StoreTx {
  append(entry: NewEntry): Promise<Appended>;
  /** Takes the next number of the receipt series; given back if the transaction fails. */
  nextReceipt(): { readonly s: string; readonly n: number };
  readonly newId: () => string;
}

/** The newest entry of the chain that is written to, with the running totals up to it. */
interface Head {
  chainNo: number;
  chain: string;
  seq: number;
  hash: string;
  sales: number;
  gross: number;
  receipts: number;
  hlc: HybridTime;
}

const INSERT_ENTRY = `
INSERT INTO journal_entry (chain_no, seq, hash, id, kind, at, bytes, sales_through, gross_through, receipts_through,
  hlc_wall, hlc_counter, line)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * Appends entries to the electronic journal, in the same SQLite transaction as whatever they cause. Sequence, previous
 * hash and receipt number are taken from the head, which moves on only when the transaction has committed.
 */
export class JournalWriter {
  readonly #store: Store;
  readonly #ports: TillPorts;
  readonly #state: TillState;
  readonly #made: MadeBy;
  readonly newId: () => string;
  #head: Head;

  private constructor(options: { store: Store; ports: TillPorts; state: TillState; made: MadeBy; head: Head }) {
    this.#store = options.store;
    this.#ports = options.ports;
    this.#state = options.state;
    this.#made = options.made;
    this.#head = options.head;
    this.newId = createUuidV7({ nowMs: () => this.#ports.clock.nowMs(), random: this.#ports.random });
  }

  /** Reads the head; a database without a chain gets its first. */
  static async open(options: {
    store: Store;
    ports: TillPorts;
    state: TillState;
    made: MadeBy;
  }): Promise<JournalWriter> {
    const newId = createUuidV7({ nowMs: () => options.ports.clock.nowMs(), random: options.ports.random });
    await options.store.run('INSERT INTO chain (no, id) SELECT 1, ? WHERE NOT EXISTS (SELECT 1 FROM chain)', [newId()]);
    return new JournalWriter({ ...options, head: await readHead(options.store) });
  }

  get head(): Readonly<Head> {
    return this.#head;
  }

  /** Runs work in a transaction; its entries exist when this resolves. `committed` gets the result, right after the commit. */
  write<T>(work: (tx: JournalTx) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    let draft: Head;
    let done: { readonly result: T };
    return this.#store.write(
      async (tx) => {
        draft = { ...this.#head };
        const result = await work(this.#openTx(tx, draft));
        done = { result };
        return result;
      },
      () => {
        this.#head = draft;
        committed?.(done.result);
      },
    );
  }

  /** Goes on in a new chain; the caller has announced it in the old one, in the same transaction. */
  static async startChain(tx: StoreTx, chain: string): Promise<void> {
    await tx.run('INSERT INTO chain (no, id) SELECT max(no) + 1, ? FROM chain', [chain]);
  }

  /** Reads the head anew, after the chain changed. */
  async reload(): Promise<void> {
    this.#head = await readHead(this.#store);
  }

  #openTx(tx: StoreTx, draft: Head): JournalTx {
    return {
      ...tx,
      newId: this.newId,
      nextReceipt: () => ({ s: receiptSeries(factsOf(this.#state).terminal.index, draft.chain), n: ++draft.receipts }),
      append: (entry) => this.#append(tx, draft, entry),
    };
  }

  async #append(tx: StoreTx, draft: Head, entry: NewEntry): Promise<Appended> {
    const at = this.#ports.clock.nowMs();
    const id = entry.id ?? this.newId();
    draft.hlc = tick(draft.hlc, at);
    const line = encodeEntry(this.#envelope(draft, entry, id, at), entry.body, MAX_ENTRY_BYTES);
    draft.hash = this.#ports.hash(line);
    draft.seq += 1;
    draft.sales += entry.sales ?? 0;
    draft.gross += entry.gross ?? 0;
    await tx.run(INSERT_ENTRY, [
      draft.chainNo,
      draft.seq,
      draft.hash,
      id,
      entry.kind,
      at,
      utf8Length(line),
      draft.sales,
      draft.gross,
      draft.receipts,
      draft.hlc[0],
      draft.hlc[1],
      line,
    ]);
    return { id, seq: draft.seq, hash: draft.hash, line, at };
  }

  #envelope(draft: Head, entry: NewEntry, id: string, at: number) {
    const { branch, terminal, legalEntity } = factsOf(this.#state);
    const shift = entry.shift ?? this.#state.shift;
    const drawer = shift?.drawer ?? this.#state.drawer;
    const offset = this.#state.serverOffsetMs;
    return {
      v: ENTRY_VERSION,
      t: terminal.id,
      c: draft.chain,
      s: draft.seq + 1,
      p: draft.hash,
      i: id,
      k: entry.kind,
      h: draft.hlc,
      w: {
        u: at,
        o: utcOffsetMinutes(branch.zone, at),
        z: branch.zone,
        ...(offset === null ? undefined : { so: offset }),
        b: shift?.businessDate ?? businessDateAt(at, branch.zone, branch.dayCutoffMinutes),
      },
      at: {
        le: legalEntity.id,
        br: branch.id,
        ...(this.#made.device !== undefined && { dv: this.#made.device }),
        ...(shift && { sh: shift.id }),
        ...(drawer !== null && { dr: drawer }),
        ...(shift && { ca: shift.cashier }),
        ...(entry.approvals && entry.approvals.length > 0 && { ap: entry.approvals }),
      },
      by: {
        app: this.#made.appVersion,
        pe: CURRENT_ENGINE,
        ...(this.#state.catalogueRevision > 0 && { cat: this.#state.catalogueRevision }),
      },
    };
  }
}

/** One series for each (terminal, chain): a cloned or restored till that goes on in a new chain repeats no number. */
export const receiptSeries = (terminalIndex: number, chain: string): string =>
  `T${terminalIndex + 1}-${chain.slice(-8).toUpperCase()}`;

const readHead = async (store: Store): Promise<Head> => {
  const row = await store.one<{ no: number; id: string }>('SELECT no, id FROM chain ORDER BY no DESC LIMIT 1');
  if (!row) throw new Error('the till has no chain');
  const last = await store.one<{
    seq: number;
    hash: string;
    sales_through: number;
    gross_through: number;
    receipts_through: number;
    hlc_wall: number;
    hlc_counter: number;
  }>(
    `SELECT seq, hash, sales_through, gross_through, receipts_through, hlc_wall, hlc_counter
     FROM journal_entry WHERE chain_no = ? ORDER BY seq DESC LIMIT 1`,
    [row.no],
  );
  return {
    chainNo: row.no,
    chain: row.id,
    seq: last?.seq ?? 0,
    hash: last?.hash ?? ZERO_HASH,
    sales: last?.sales_through ?? 0,
    gross: last?.gross_through ?? 0,
    receipts: last?.receipts_through ?? 0,
    hlc: [last?.hlc_wall ?? 0, last?.hlc_counter ?? 0],
  };
};

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).length;
