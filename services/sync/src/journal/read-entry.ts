import { JOURNAL_CONSUMERS, NexusError, type JournalEntryDetail } from '@nexus/contracts';
import type { TenantTx } from '@nexus/tenancy-db';
import { readPlaces } from '../replay/replay.repository.ts';
import { readTerminal } from '../terminal/terminal.repository.ts';
import { readStoredLines } from './chain-state.ts';
import { readEpoch } from './epoch.ts';
import { openPage, type OpenLine } from './page.ts';
import { pagesWith } from './page.repository.ts';
import { isRecord, parsed, readLine } from './read-line.ts';

export interface EntryPlace {
  readonly id: string;
  readonly terminal: string;
  readonly chain: string;
  readonly seq: number;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

/**
 * One entry as it is kept, found by its place; under a fork by its id among those that share the place. NX-1002 where
 * there is none, or it is of a branch that the asker may not see.
 */
export async function readEntry(
  tx: TenantTx,
  place: EntryPlace,
  seesBranch: (branch: string | null) => boolean,
): Promise<JournalEntryDetail> {
  const found = (await linesAt(tx, place)).find(({ text }) => text !== null && idOf(text) === place.id);
  const terminal = await readTerminal(tx, place.terminal);
  if (found === undefined || terminal === undefined) throw new NexusError('NX-1002');
  const branch = readLine(found.text, place).branch ?? terminal.branch;
  if (!seesBranch(branch)) throw new NexusError('NX-1002');
  const { number } = found;
  const upload = await uploadOf(tx, place);
  return {
    terminal: place.terminal,
    chain: place.chain,
    seq: place.seq,
    number,
    hash: found.hash,
    kind: found.kind,
    branch,
    line: found.text,
    receivedAt: upload?.receivedAt ?? null,
    upload,
    held: terminal.heldFrom !== null && number >= terminal.heldFrom,
    replay: await replayOf(tx, place.terminal, number),
  };
}

/** Every line with this sequence in its chain: several under a fork. */
async function linesAt(tx: TenantTx, { terminal, chain, seq }: EntryPlace): Promise<OpenLine[]> {
  const numbers = (await readStoredLines(tx, terminal, chain, { from: seq, to: seq })).map(({ number }) => number);
  const pages = await pagesWith(tx, terminal, numbers);
  return pages.flatMap(openPage).filter(({ number }) => numbers.includes(number));
}

function idOf(line: string): string | null {
  const value = parsed(line);
  return isRecord(value) && typeof value['i'] === 'string' ? value['i'] : null;
}

/** The first upload that brought the place. */
async function uploadOf(tx: TenantTx, place: EntryPlace): Promise<NonNullable<JournalEntryDetail['upload']> | null> {
  const [row] = await tx.query<{
    key_id: string;
    header: Buffer;
    signature: Buffer;
    by_file: boolean;
    received_at: string;
  }>(
    `SELECT key_id, header, signature, by_file, to_char(received_at AT TIME ZONE 'UTC', ${INSTANT}) AS received_at
     FROM journal_upload
     WHERE terminal = $1 AND chain = $2 AND first_seq BETWEEN $3::bigint - 999 AND $3 AND first_seq + count > $3
     ORDER BY received_at, id LIMIT 1`,
    [place.terminal, place.chain, place.seq],
  );
  if (row === undefined) return null;
  return {
    keyId: row.key_id,
    header: row.header.toString('base64url'),
    signature: row.signature.toString('base64url'),
    byFile: row.by_file,
    receivedAt: row.received_at,
  };
}

async function replayOf(tx: TenantTx, terminal: string, number: number): Promise<JournalEntryDetail['replay']> {
  const places = await readPlaces(tx, terminal);
  const epoch = await readEpoch(tx);
  return JOURNAL_CONSUMERS.map((service) => {
    const place = places.get(service);
    const passed = place?.epoch === epoch ? place.number : 0;
    return { service, number: passed, applied: passed >= number, passedAt: place?.passedAt ?? null };
  });
}
