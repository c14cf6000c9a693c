import { auditJournal, auditJournalHeads, NexusError, type AuditFinding } from '@nexus/contracts';
import { countForks, openGaps, storedThrough, type Segment } from '@nexus/journal';
import { rpcHandler, type RpcHandler } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import type { z } from 'zod';
import { readAllSegments } from '../journal/chain-state.ts';
import { readEpoch } from '../journal/epoch.ts';
import { nextPageWith } from '../journal/page.repository.ts';
import { isRecord, parsed } from '../journal/read-line.ts';
import { FigureSum } from './figures.ts';
import { linesIn, scanJournal, type ScanReport } from './journal-scan.ts';
import { ReceiptCheck } from './receipts.ts';
import { checkSignatures, type SignatureReport } from './upload-signatures.ts';

type Reply = z.infer<typeof auditJournal.reply>;

/** One look at the whole journal, from one snapshot. */
const SNAPSHOT = { isolation: 'REPEATABLE READ', statementTimeoutMs: 110_000 } as const;

/** `audit-heads` and `audit-journal`: how far journals are numbered, and one journal recomputed from its stored bytes. */
export const auditRpc = (db: TenancyDb): RpcHandler[] => [
  rpcHandler(auditJournalHeads, (ctx) => db.tx(ctx, heads, SNAPSHOT)),
  rpcHandler(auditJournal, (ctx, { terminal, watermark }) =>
    db.tx(ctx, (tx) => audit(tx, terminal, watermark.number), SNAPSHOT),
  ),
];

async function heads(tx: TenantTx): Promise<z.infer<typeof auditJournalHeads.reply>> {
  const rows = await tx.query<{ id: string; number: string; waiting: number }>(
    `SELECT id, least(number, coalesce(held_from - 1, number)) AS number, waiting FROM terminal ORDER BY ordinal, id`,
  );
  return {
    epoch: await readEpoch(tx),
    terminals: rows.map((row) => ({ terminal: row.id, number: Number(row.number), waiting: row.waiting })),
  };
}

interface TerminalAuditRow {
  number: string;
  duplicates: string;
  head_chain: string | null;
  head_seq: string;
  public_key: string | null;
  last_contact: string | null;
  exceptions: string;
  announced: string[];
}

async function readRow(tx: TenantTx, terminal: string): Promise<TerminalAuditRow> {
  const [row] = await tx.query<TerminalAuditRow>(
    `SELECT number, duplicates, head_chain, head_seq, public_key,
       to_char(last_contact AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_contact,
       (SELECT count(*) FROM exception e WHERE e.terminal = t.id AND e.settled_at IS NULL) AS exceptions,
       ARRAY(SELECT chain::text FROM announced_chain a WHERE a.terminal = t.id) AS announced
     FROM terminal t WHERE id = $1`,
    [terminal],
  );
  if (row === undefined) throw new NexusError('NX-1002', 'The terminal is not known here');
  return row;
}

async function audit(tx: TenantTx, terminal: string, watermark: number): Promise<Reply> {
  const row = await readRow(tx, terminal);
  const chains = await readAllSegments(tx, terminal);
  const segments = [...chains.values()].flat();
  const through = Math.min(Number(row.number), watermark);
  const figures = new FigureSum(await voidedEntries(tx, terminal, through));
  const receipts = new ReceiptCheck();
  const report = await scanJournal(tx, terminal, through, segments, (line) => {
    receipts.add(line.kind, line.chain, line.value);
    if (line.kind !== null) figures.add(line.value);
  });
  const signatures = await checkSignatures(tx, terminal, row.public_key);
  const unannounced = [...chains.keys()].filter((chain) => !row.announced.includes(chain));
  return {
    journalEntries: report.lines,
    gaps: sum(chains, (chain) => openGaps(chain).length),
    forks: sum(chains, countForks) + unannounced.length,
    duplicatesAbsorbed: Number(row.duplicates),
    receivedThrough: receivedThrough(chains, row.head_chain),
    tillHead: Number(row.head_seq),
    lastContact: row.last_contact,
    exceptions: Number(row.exceptions),
    figures: figures.result(),
    findings: findings(report, receipts.holes(), signatures, through),
  };
}

const sum = (chains: ReadonlyMap<string, readonly Segment[]>, of: (segments: readonly Segment[]) => number): number =>
  [...chains.values()].reduce((total, segments) => total + of(segments), 0);

/** Sequence through which the newest chain is stored without a hole: the one that the till last spoke of. */
export function receivedThrough(chains: ReadonlyMap<string, readonly Segment[]>, headChain: string | null): number {
  const segments = chains.get(headChain ?? '') ?? [...chains.values()].at(-1) ?? [];
  return storedThrough(segments, { seq: Number.MAX_SAFE_INTEGER, segment: null }).seq;
}

/** Ids of entries that a post-void up to the watermark undoes. */
async function voidedEntries(tx: TenantTx, terminal: string, through: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let after = 0; ;) {
    const page = await nextPageWith(tx, terminal, 'post-void', after, through);
    if (page === undefined) return ids;
    for (const { number, kind, text } of linesIn(page) ?? []) {
      const value = kind === 'post-void' && number <= through && text !== null ? parsed(text) : undefined;
      if (isRecord(value) && typeof value['of'] === 'string') ids.add(value['of']);
    }
    after = page.lastNumber;
  }
}

function findings(
  report: ScanReport,
  holes: readonly string[],
  signatures: SignatureReport,
  through: number,
): AuditFinding[] {
  const where = report.firstWrong === null ? '' : `, first at number ${report.firstWrong}`;
  return [
    {
      name: 'hash-chain',
      holds: report.wrongHashes === 0 && report.brokenLinks === 0,
      detail: `${report.lines} lines, ${report.wrongHashes} hashes and ${report.brokenLinks} links differ${where}`,
    },
    {
      name: 'positions-dense',
      holds: report.misnumbered === 0 && report.lines === through,
      detail: `${report.lines} lines up to number ${through}, ${report.misnumbered} out of place`,
    },
    {
      name: 'receipts-gapless',
      holds: holes.length === 0,
      detail: holes.length === 0 ? 'every series' : holes.slice(0, 5).join('; '),
    },
    {
      name: 'upload-signatures',
      holds: signatures.unsigned === 0 && signatures.missing === 0,
      detail: `${signatures.uploads} uploads, ${signatures.unsigned} not signed, ${signatures.missing} whose last line is missing`,
    },
  ];
}
