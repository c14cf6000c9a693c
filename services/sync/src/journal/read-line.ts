import { ENTRY_KINDS, type ExceptionKind } from '@nexus/contracts';
import { previousHash } from '@nexus/journal';

/** Where the signed header puts a line, whatever the line says of itself. */
export interface Place {
  readonly terminal: string;
  readonly chain: string;
  readonly seq: number;
}

/** The little that sync reads of a line. What could not be read is null; `remark` says what does not add up. */
export interface LineFacts {
  /** Hash of the line before, as this one names it. */
  readonly previous: string | null;
  /** Entry id. */
  readonly id: string | null;
  /** Null for a line that no consumer is given: unreadable, of another version, or at another's place. */
  readonly kind: string | null;
  readonly branch: string | null;
  /** Device wall time, epoch milliseconds. */
  readonly at: number | null;
  /** Gross of a sale, that of a return negative, minor units, as the line says it: for the money at risk, not the books. */
  readonly gross: number | null;
  /** The chain that a `chain-reset` announces. */
  readonly announces: string | null;
  readonly remark: ExceptionKind | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A kind that a text column and a person's screen can hold. */
const KIND = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const KINDS: ReadonlySet<string> = new Set(ENTRY_KINDS);

const NOTHING = { previous: null, id: null, kind: null, branch: null, at: null, gross: null, announces: null } as const;

/**
 * Reads one stored line, with no judgement beyond what sync itself needs. Never throws; a line that cannot be read keeps
 * its place and becomes an exception. `text` null: the bytes are not text.
 */
export function readLine(text: string | null, place: Place): LineFacts {
  return (text === null ? null : readTransaction(text, place)) ?? readWhole(text, place);
}

const UUID_PART = '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})';
/** How a till writes the envelope of a sale or return (journal `encodeEntry`), up to the branch. */
const TRANSACTION = new RegExp(
  `^\\{"v":1,"t":"${UUID_PART}","c":"${UUID_PART}","s":(\\d{1,15}),"p":"([0-9a-f]{64})","i":"${UUID_PART}","k":"(sale|return)",` +
    `"h":\\[\\d{1,15},\\d{1,15}\\],(?:"vv":\\{[^{}]{0,4000}\\},)?` +
    `"w":\\{"u":(\\d{1,15})(?:,"(?!u")[a-z]{1,8}":(?:-?\\d{1,15}|"[A-Za-z0-9_+/:-]{1,64}")){0,10}\\},"at":\\{"le":"${UUID_PART}","br":"${UUID_PART}"[,}]`,
);
const TOTALS = '"T":{';
const GROSS = /"T":\{"cur":"[A-Z]{3}","net":\d{1,15},"tax":\[[^\]]{0,4000}\],"disc":\d{1,15},"gross":(\d{1,15})[,}]/y;

/**
 * The same facts without reading the whole: sales and returns are nearly everything that comes, they come as our tills
 * write them, and whoever takes them reads every byte. Null for any other line, or where something looks different.
 */
function readTransaction(text: string, place: Place): LineFacts | null {
  const found = TRANSACTION.exec(text);
  if (found === null || !text.endsWith('}')) return null;
  const [, terminal, chain, seq, previous, id, kind, at, , branch] = found;
  if (terminal !== place.terminal || chain !== place.chain || Number(seq) !== place.seq) return null;
  // Within a text every quote has a backslash before it, so only a field of this name looks like this.
  GROSS.lastIndex = Math.max(0, text.lastIndexOf(TOTALS));
  const gross = GROSS.exec(text);
  if (gross === null || kind === undefined) return null;
  return {
    previous: previous ?? null,
    id: id ?? null,
    kind,
    branch: branch ?? null,
    at: Number(at),
    gross: signed(kind, Number(gross[1])),
    announces: null,
    remark: null,
  };
}

function readWhole(text: string | null, place: Place): LineFacts {
  const value = text === null ? undefined : parsed(text);
  if (!isRecord(value)) return { ...NOTHING, remark: 'line-unreadable' };
  const read = factsOf(value);
  if (value['v'] !== 1) return { ...read, kind: null, remark: 'version-unknown' };
  if (read.kind === null) return { ...read, kind: null, remark: 'line-unreadable' };
  if (value['t'] !== place.terminal || value['c'] !== place.chain || value['s'] !== place.seq)
    return { ...read, kind: null, remark: 'entry-misplaced' };
  return { ...read, remark: KINDS.has(read.kind) ? null : 'kind-unknown' };
}

function factsOf(value: Record<string, unknown>): Omit<LineFacts, 'remark'> {
  const kind = typeof value['k'] === 'string' && KIND.test(value['k']) ? value['k'] : null;
  const next = value['next'];
  return {
    previous: previousHash(value),
    id: uuidOf(value['i']),
    kind,
    branch: isRecord(value['at']) ? uuidOf(value['at']['br']) : null,
    at: isRecord(value['w']) && Number.isSafeInteger(value['w']['u']) ? (value['w']['u'] as number) : null,
    gross: kind === 'sale' || kind === 'return' ? signed(kind, grossOf(value['T'])) : null,
    announces: kind === 'chain-reset' ? uuidOf(next) : null,
  };
}

const grossOf = (totals: unknown): number | null =>
  isRecord(totals) && Number.isSafeInteger(totals['gross']) ? (totals['gross'] as number) : null;

const signed = (kind: string, gross: number | null): number | null =>
  gross !== null && kind === 'return' ? -gross : gross;

const uuidOf = (value: unknown): string | null => (typeof value === 'string' && UUID.test(value) ? value : null);

/** A JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of a JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
