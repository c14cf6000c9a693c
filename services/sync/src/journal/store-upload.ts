import type { UploadAnswer } from '@nexus/contracts';
import {
  classifyUpload,
  countForks,
  lookupRange,
  resendFrom,
  storedThrough,
  type ClassifiedUpload,
  type Segment,
  type WaitingLine,
} from '@nexus/journal';
import { raiseExceptions, settleExceptionsByKey, uuidv7, type TenantTx } from '@nexus/tenancy-db';
import {
  announceChain,
  ensureTerminal,
  isAnnounced,
  lockTerminal,
  type KeyFacts,
} from '../terminal/terminal.repository.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { readSegments, readStoredLines, readWaiting } from './chain-state.ts';
import { openEpoch, readEpoch } from './epoch.ts';
import { insertUpload, markDirty, saveSegments } from './journal.hot.ts';
import { noteUpload } from './note-upload.ts';
import { pagesOf } from './page.ts';
import { insertPages } from './page.repository.ts';
import {
  branchRemarks,
  chainKey,
  clockRemark,
  forkRemarks,
  heldRemark,
  lineRemarks,
  settledKeys,
  unannouncedRemark,
} from './upload-remarks.ts';
import type { VerifiedUpload } from './verify-upload.ts';
import { insertWaiting, moveWaited } from './waiting.repository.ts';

export interface StoreOptions {
  readonly nowMs: number;
  /** It came in a journal file: its time says nothing about the till's clock or whether it is in touch. */
  readonly byFile: boolean;
}

export interface StoredUpload {
  readonly answer: UploadAnswer;
  /** Lines that got a number now, of this upload or waiting for it. */
  readonly numbered: number;
  /** Lines of this upload that wait for what they follow. */
  readonly waiting: number;
  readonly duplicates: number;
}

/** Waiting lines that one upload may bring to their numbers; the replay takes the rest. */
const MAX_WAITING_READ = 3_000;

/**
 * Stores an upload under its terminal's lock: duplicates are counted, new lines numbered or kept waiting, what does not
 * add up becomes an exception. Nothing of a verified upload is refused.
 */
export async function storeUpload(
  tx: TenantTx,
  upload: VerifiedUpload,
  key: KeyFacts,
  options: StoreOptions,
): Promise<StoredUpload> {
  const { header } = upload;
  const [terminal, segments, knownEpoch] = await Promise.all([
    lockTerminal(tx, header.terminal),
    readSegments(tx, header.terminal, header.chain),
    readEpoch(tx),
  ]);
  if (terminal === undefined) {
    await ensureTerminal(tx, key);
    return storeUpload(tx, upload, key, options);
  }
  const epoch = await noticeRestore(tx, upload, segments, knownEpoch);
  const result = await classify(tx, upload, terminal, segments);
  await write(tx, upload, terminal, result, options);
  await remark(tx, upload, terminal, segments, result, options);

  const { first, count } = header;
  const through = storedThrough(result.allSegments, result.tail);
  const forks = countForks(result.allSegments);
  const missing = count === 0 ? undefined : resendFrom(through, first + count - 1);
  return {
    numbered: result.numbered.length,
    waiting: result.waiting.length,
    duplicates: result.duplicates,
    answer: {
      chain: header.chain,
      through,
      stored: { first, count },
      ...(missing === undefined ? {} : { resendFrom: missing }),
      ...(forks === 0 ? {} : { forks }),
      epoch,
      serverTime: options.nowMs,
    },
  };
}

/** The till remembers an answer that this database does not: it is an older copy of itself. */
async function noticeRestore(
  tx: TenantTx,
  { header }: VerifiedUpload,
  segments: readonly Segment[],
  epoch: number,
): Promise<number> {
  const { acked } = header;
  if (acked === undefined || acked.epoch < epoch) return epoch;
  const reach = segments.reduce((last, { lastSeq }) => Math.max(last, lastSeq), 0);
  if (acked.epoch === epoch && acked.seq <= reach) return epoch;
  return openEpoch(
    tx,
    acked.epoch,
    `terminal ${header.terminal} was told ${acked.seq} in epoch ${acked.epoch}, stored is ${reach}`,
  );
}

async function classify(
  tx: TenantTx,
  { header, lines }: VerifiedUpload,
  terminal: Terminal,
  segments: readonly Segment[],
): Promise<ClassifiedUpload> {
  const { chain, first, count } = header;
  const range = lookupRange(segments, first, count);
  const [stored, waiting] = await Promise.all([
    range === null ? [] : readStoredLines(tx, terminal.id, chain, range),
    terminal.waiting === 0 ? [] : readWaiting(tx, terminal.id, chain, first, MAX_WAITING_READ),
  ]);
  const state = { segments, stored, waiting, nextNumber: terminal.number + 1, newId: uuidv7 };
  const result = classifyUpload(state, {
    chain,
    first,
    lines: lines.map(({ hash, facts }) => ({ hash, previous: facts.previous })),
  });
  return count > 0 ? result : { ...result, tail: await findHead(tx, header, segments) };
}

/** Where the till's head lies: an upload without lines asks how far its own side is stored. */
async function findHead(
  tx: TenantTx,
  { terminal, chain, head }: VerifiedUpload['header'],
  segments: readonly Segment[],
): Promise<ClassifiedUpload['tail']> {
  const tip = segments.find(({ lastSeq, lastHash }) => lastSeq === head.seq && lastHash === head.hash);
  if (tip !== undefined) return { seq: head.seq, segment: tip.id };
  const at = await readStoredLines(tx, terminal, chain, { from: head.seq, to: head.seq });
  const number = at.find(({ hash }) => hash === head.hash)?.number;
  const segment = segments.find(
    ({ firstNumber, firstSeq, lastSeq }) =>
      number !== undefined && number >= firstNumber && number <= firstNumber + lastSeq - firstSeq,
  );
  // Not here: any whole side up to the head itself will do, hence one beyond it.
  return { seq: head.seq + 1, segment: segment?.id ?? null };
}

async function write(
  tx: TenantTx,
  upload: VerifiedUpload,
  terminal: Terminal,
  result: ClassifiedUpload,
  options: StoreOptions,
): Promise<void> {
  const { header, lines } = upload;
  const entries = result.numbered.flatMap(({ index, number, seq }) => {
    const line = index === undefined ? undefined : lines[index];
    return line === undefined ? [] : [{ number, seq, hash: line.hash, kind: line.facts.kind, bytes: line.bytes }];
  });
  const waited = result.numbered.filter(({ index }) => index === undefined);
  const waiting = result.waiting.flatMap((line: WaitingLine & { index: number }) => {
    const sent = lines[line.index];
    return sent === undefined ? [] : [{ waiting: line, line: sent }];
  });
  const news = entries.length + waiting.length > 0;
  await Promise.all([
    insertPages(tx, header.terminal, header.chain, pagesOf(entries)),
    moveWaited(tx, header.terminal, header.chain, waited),
    saveSegments(tx, header.terminal, result.segments),
    insertWaiting(tx, header.terminal, header.chain, waiting),
    news ? insertUpload(tx, upload, uuidv7(options.nowMs), options.byFile) : undefined,
    noteUpload(tx, upload, terminal, {
      number: result.nextNumber - 1,
      duplicates: result.duplicates,
      waiting: waiting.length - waited.length,
      ...options,
    }),
    news || waited.length > 0 ? markDirty(tx, header.terminal) : undefined,
  ]);
}

async function remark(
  tx: TenantTx,
  upload: VerifiedUpload,
  terminal: Terminal,
  before: readonly Segment[],
  result: ClassifiedUpload,
  options: StoreOptions,
): Promise<void> {
  const { chain } = upload.header;
  const exceptions = [
    ...lineRemarks(upload, result, terminal),
    ...forkRemarks(terminal, chain, result.forks, result.allSegments),
    ...(options.byFile ? [] : clockRemark(upload, terminal, options.nowMs)),
    ...(result.duplicates === upload.lines.length ? [] : branchRemarks(upload, terminal)),
  ];
  const last = result.nextNumber - 1;
  if (terminal.heldFrom !== null && last > terminal.number && last >= terminal.heldFrom)
    exceptions.push(heldRemark(terminal, terminal.heldFrom));
  if (before.length === 0 && upload.lines.length > 0 && !(await isAnnounced(tx, terminal.id, chain)))
    exceptions.push(unannouncedRemark(terminal, chain));
  await raiseExceptions(tx, exceptions);
  await settleExceptionsByKey(tx, settledKeys(terminal.id, before, result.segments), 'The missing entries came');
  await announceResets(tx, upload, terminal);
}

/** A reset that the old chain's key has signed announces the next chain. */
async function announceResets(tx: TenantTx, upload: VerifiedUpload, terminal: Terminal): Promise<void> {
  for (const { facts } of upload.lines) {
    if (facts.announces === null) continue;
    await announceChain(tx, terminal.id, facts.announces, 'reset');
    await settleExceptionsByKey(tx, [chainKey(terminal.id, facts.announces)], 'The chain was announced by a reset');
  }
}
