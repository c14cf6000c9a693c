import type { ExceptionKind, ExceptionRow } from '@nexus/contracts';
import type { ClassifiedUpload, Fork, Segment } from '@nexus/journal';
import { isOrphan } from '@nexus/journal';
import type { NewException } from '@nexus/tenancy-db';
import type { Terminal } from '../terminal/terminal.ts';
import type { VerifiedUpload } from './verify-upload.ts';

/*
 * What does not add up in an upload, as exceptions for a person. Keys make the same finding the same exception however
 * often it is sent. Details hold only what is known to be clean text: nothing of a line's own content.
 */

/** A till's clock this far ahead of the server's is reported. */
const CLOCK_AHEAD_MS = 10 * 60_000;

const SEVERITY: Partial<Record<ExceptionKind, ExceptionRow['severity']>> = {
  'line-unreadable': 'error',
  'entry-misplaced': 'error',
};

export const gapKey = (terminal: string, segment: string): string => `gap/${terminal}/${segment}`;
export const forkKey = (terminal: string, fork: string): string => `fork/${terminal}/${fork}`;
export const chainKey = (terminal: string, chain: string): string => `chain-unannounced/${terminal}/${chain}`;
export const heldKey = (terminal: string, from: number): string => `terminal-revoked/${terminal}/${from}`;

/** Lines of the upload that are new and say something that sync cannot make sense of. */
export function lineRemarks(upload: VerifiedUpload, result: ClassifiedUpload, terminal: Terminal): NewException[] {
  const { header, lines } = upload;
  const remarks: NewException[] = [];
  const broken = new Set(result.broken);
  lines.forEach((line, index) => {
    if (result.fates[index] === 'duplicate') return;
    const seq = header.first + index;
    const about = (kind: ExceptionKind, detail: Record<string, unknown>): NewException => ({
      kind,
      severity: SEVERITY[kind] ?? 'warning',
      key: `${kind}/${header.terminal}/${header.chain}/${seq}/${line.hash.slice(0, 16)}`,
      branch: terminal.branch ?? undefined,
      terminal: header.terminal,
      subject: line.facts.id ?? undefined,
      detail: { chain: header.chain, seq, hash: line.hash, ...detail },
    });
    if (line.facts.remark !== null) remarks.push(about(line.facts.remark, { bytes: line.bytes.length }));
    if (broken.has(seq)) remarks.push(about('chain-broken', { names: line.facts.previous }));
  });
  return remarks;
}

/** Entries that say they were made in another branch than the one in which the terminal stands: once for each branch. */
export function branchRemarks(upload: VerifiedUpload, terminal: Terminal): NewException[] {
  if (terminal.branch === null) return [];
  const others = new Map<string, number>();
  upload.lines.forEach(({ facts }, index) => {
    if (facts.branch !== null && facts.branch !== terminal.branch && !others.has(facts.branch))
      others.set(facts.branch, upload.header.first + index);
  });
  return [...others].map(([branch, seq]) => ({
    kind: 'branch-mismatch',
    severity: 'warning',
    key: `branch-mismatch/${terminal.id}/${branch}`,
    branch: terminal.branch ?? undefined,
    terminal: terminal.id,
    detail: { chain: upload.header.chain, seq, named: branch },
  }));
}

export const forkRemarks = (
  terminal: Terminal,
  chain: string,
  forks: readonly Fork[],
  segments: readonly Segment[],
): NewException[] =>
  forks.map((fork) => ({
    kind: 'fork',
    severity: 'error',
    key: forkKey(terminal.id, fork.key),
    branch: terminal.branch ?? undefined,
    terminal: terminal.id,
    detail: {
      chain,
      seq: fork.seq,
      sides: segments
        .filter(({ id }) => fork.sides.includes(id))
        .map(({ firstSeq, lastSeq, lastHash }) => ({ firstSeq, lastSeq, lastHash })),
    },
  }));

export const gapRemark = (terminal: Terminal, segment: Segment, from: number): NewException => ({
  kind: 'gap',
  severity: 'error',
  key: gapKey(terminal.id, segment.id),
  branch: terminal.branch ?? undefined,
  terminal: terminal.id,
  detail: { chain: segment.chain, missingFrom: from, missingTo: segment.firstSeq - 1 },
});

export const unannouncedRemark = (terminal: Terminal, chain: string): NewException => ({
  kind: 'chain-unannounced',
  severity: 'error',
  key: chainKey(terminal.id, chain),
  branch: terminal.branch ?? undefined,
  terminal: terminal.id,
  detail: { chain },
});

export const heldRemark = (terminal: Terminal, from: number): NewException => ({
  kind: 'terminal-revoked',
  severity: 'error',
  key: heldKey(terminal.id, from),
  branch: terminal.branch ?? undefined,
  terminal: terminal.id,
  detail: { fromNumber: from },
});

/** A clock that runs ahead puts sales on days that have not come. One that is behind cannot be told from a late upload. */
export function clockRemark(upload: VerifiedUpload, terminal: Terminal, nowMs: number): NewException[] {
  const aheadMs = upload.header.at - nowMs;
  if (aheadMs <= CLOCK_AHEAD_MS) return [];
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return [
    {
      kind: 'clock-off',
      severity: 'warning',
      key: `clock-off/${terminal.id}/${day}`,
      branch: terminal.branch ?? undefined,
      terminal: terminal.id,
      detail: { aheadMs },
    },
  ];
}

/** Keys of exceptions that settled themselves: gaps that were closed, and forks whose place is known by now. */
export function settledKeys(terminal: string, before: readonly Segment[], changed: readonly Segment[]): string[] {
  const orphans = new Set(before.filter(isOrphan).map(({ id }) => id));
  return changed
    .filter((segment) => orphans.has(segment.id) && !isOrphan(segment))
    .flatMap(({ id }) => [gapKey(terminal, id), forkKey(terminal, `orphan:${id}`)]);
}
