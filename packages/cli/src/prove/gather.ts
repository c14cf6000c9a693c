import { SERVICES, type ServiceName } from '@nexus/contracts';
import { eachBounded, poll, type Deadline } from '../bounded.ts';
import type {
  Audits,
  ChainStructure,
  EventLogAudit,
  JournalAudit,
  StockAudit,
  TerminalStockAudit,
  TerminalWatermark,
  TransactionsAudit,
} from './audits.ts';

/** What the three books say of one terminal at one watermark. */
export interface TerminalEvidence {
  readonly terminal: string;
  readonly watermark: TerminalWatermark['watermark'];
  readonly waiting: number;
  readonly journal: JournalAudit;
  /** Whether the book had passed the watermark before time was up, and what it says. */
  readonly transactions: TransactionsAudit;
  readonly stock: TerminalStockAudit;
}

export interface Evidence {
  readonly structure: ChainStructure;
  readonly terminals: readonly TerminalEvidence[];
  readonly stock: StockAudit;
  readonly eventLogs: ReadonlyMap<ServiceName, EventLogAudit>;
  /** Logs that a consumer had not read to their end before time was up, e.g. `inventory of sales`. */
  readonly behind: readonly string[];
}

/** Audits read whole journals: a few side by side, or their services' pools are full. */
const WIDTH = 3;

/**
 * Asks every service at one watermark: where the journals stand now. Each book is waited for until it has passed that
 * point; what time does not suffice for is in the evidence as not reached.
 */
export async function gatherEvidence(audits: Audits, deadline: Deadline): Promise<Evidence> {
  const structure = await audits.structure();
  const heads = await audits.heads();
  const marks = heads.terminals.map(({ terminal, number, waiting }) => ({
    at: { terminal, watermark: { epoch: heads.epoch, number } },
    waiting,
  }));

  // In the order in which a sale travels: what is behind here cannot have arrived there.
  const transactions = await eachBounded(marks, WIDTH, ({ at }) =>
    settled(
      deadline,
      () => audits.transactions(at),
      (audit) => audit.reached,
    ),
  );
  const behind = await followersBehind(audits, deadline);
  const terminals = await eachBounded(marks, WIDTH, async ({ at, waiting }, index): Promise<TerminalEvidence> => {
    const book = transactions[index];
    if (book === undefined) throw new Error('an audit is missing');
    const stock = await settled(
      deadline,
      () => audits.terminalStock(at),
      (audit) => audit.reached,
    );
    return { ...at, waiting, journal: await audits.journal(at), transactions: book, stock };
  });
  const eventLogs = new Map<ServiceName, EventLogAudit>();
  for (const service of SERVICES) eventLogs.set(service, await audits.eventLog(service));
  return { structure, terminals, stock: await audits.stock(), eventLogs, behind };
}

/** The first answer that is settled, or the last one when time is up. */
async function settled<T>(deadline: Deadline, ask: () => Promise<T>, isSettled: (answer: T) => boolean): Promise<T> {
  let last: T | undefined;
  const look = async (): Promise<T | undefined> => {
    last = await ask();
    return isSettled(last) ? last : undefined;
  };
  const answer = (await poll(look, deadline)) ?? last;
  if (answer === undefined) throw new Error('poll looks at least once');
  return answer;
}

/** Waits until every consumer has read every log as far as it reached just now; names those that did not get there. */
async function followersBehind(audits: Audits, deadline: Deadline): Promise<string[]> {
  const marks = new Map<ServiceName, EventLogAudit>();
  for (const service of SERVICES) {
    marks.set(
      service,
      await settled(
        deadline,
        () => audits.eventLog(service),
        (log) => log.pending === 0,
      ),
    );
  }
  const behind: string[] = [];
  for (const service of SERVICES) {
    const { lagging } = await settled(
      deadline,
      () => look(audits, service, marks),
      (seen) => seen.lagging.length === 0,
    );
    behind.push(...lagging);
  }
  return behind;
}

async function look(
  audits: Audits,
  service: ServiceName,
  marks: ReadonlyMap<ServiceName, EventLogAudit>,
): Promise<{ lagging: string[] }> {
  const { cursors } = await audits.eventLog(service);
  const lagging: string[] = [];
  for (const cursor of cursors) {
    const source = cursor.source as ServiceName;
    const mark = marks.get(source);
    if (mark === undefined || mark.head === 0) continue;
    // The log as it is now: one that was restored is shorter than what its follower remembers, or another.
    if (cursor.position < mark.head || !knows(cursor, await audits.eventLog(source)))
      lagging.push(`${service} of ${source}`);
  }
  return { lagging };
}

/** True where a follower stands in this log and not in what it was before it was restored. */
export function knows(cursor: EventLogAudit['cursors'][number], log: EventLogAudit): boolean {
  if (cursor.epoch !== log.epoch || cursor.position > log.head) return false;
  return cursor.position < log.head || cursor.event === log.headEvent;
}
