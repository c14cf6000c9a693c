import { numberWaiting, openGaps, type NumberedLine, type Segment, type WaitingLine } from '@nexus/journal';
import { raiseExceptions, settleExceptionsByKey, uuidv7, type TenantTx } from '@nexus/tenancy-db';
import { readSegments, readWaiting } from '../journal/chain-state.ts';
import { saveSegments } from '../journal/journal.hot.ts';
import { forkRemarks, gapRemark, settledKeys } from '../journal/upload-remarks.ts';
import { expiredWaiting, moveWaited } from '../journal/waiting.repository.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Lines looked at in one transaction. */
const BATCH = 2_000;

/**
 * Numbers lines of one chain that may be numbered now: those whose predecessor has its number by now, and those that
 * waited for longer than the grace, whose gap becomes an exception. Under the terminal's lock. Returns how many.
 */
export async function numberWaitingLines(
  tx: TenantTx,
  terminal: Terminal,
  chain: string,
  graceMs: number,
): Promise<number> {
  const segments = await readSegments(tx, terminal.id, chain);
  const expired = await expiredWaiting(tx, terminal.id, chain, graceMs, BATCH);
  const waiting = await readWaiting(tx, terminal.id, chain, 1, 2 * BATCH);
  const ready = [...waiting.filter((line) => isAttachable(line, segments)), ...withPredecessors(expired, waiting)];
  if (ready.length === 0) return 0;
  const result = numberWaiting(chain, { segments, waiting, nextNumber: terminal.number + 1, newId: uuidv7 }, ready);
  await moveWaited(tx, terminal.id, chain, result.numbered);
  await saveSegments(tx, terminal.id, result.segments);
  await tx.query('UPDATE terminal SET number = $2, waiting = waiting - $3 WHERE id = $1', [
    terminal.id,
    result.nextNumber - 1,
    result.numbered.length,
  ]);
  await raiseExceptions(tx, [
    ...newGaps(terminal, segments, result),
    ...forkRemarks(terminal, chain, result.forks, result.allSegments),
  ]);
  await settleExceptionsByKey(tx, settledKeys(terminal.id, segments, result.segments), 'The missing entries came');
  return result.numbered.length;
}

const isAttachable = (line: WaitingLine, segments: readonly Segment[]): boolean =>
  segments.some(
    ({ lastSeq, lastHash }) => lastSeq === line.seq - 1 && (line.previous === null || line.previous === lastHash),
  );

/**
 * Expired lines, each after the waiting lines that it follows, however late those came: only what is really missing is
 * a gap.
 */
function withPredecessors(expired: readonly WaitingLine[], waiting: readonly WaitingLine[]): WaitingLine[] {
  const byPlace = new Map(waiting.map((line) => [`${line.seq}:${line.hash}`, line]));
  const taken = new Set<WaitingLine>();
  for (const start of expired) {
    for (
      let line = byPlace.get(`${start.seq}:${start.hash}`);
      line !== undefined && !taken.has(line);
      line = byPlace.get(`${line.seq - 1}:${line.previous ?? ''}`)
    )
      taken.add(line);
  }
  return [...taken];
}

function newGaps(
  terminal: Terminal,
  before: readonly Segment[],
  result: { readonly allSegments: readonly Segment[]; readonly numbered: readonly NumberedLine[] },
) {
  const known = new Set(before.map(({ id }) => id));
  const byId = new Map(result.allSegments.map((segment) => [segment.id, segment]));
  return openGaps(result.allSegments).flatMap((gap) => {
    const segment = byId.get(gap.segment);
    return segment === undefined || known.has(gap.segment) ? [] : [gapRemark(terminal, segment, gap.from)];
  });
}
