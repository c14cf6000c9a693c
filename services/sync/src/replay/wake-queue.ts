import type { ReplayNews } from './wake.ts';

export interface WakeQueueOptions {
  /** So many new entries are worth a wake-up at once. */
  readonly wakeEntries: number;
  /** How long a wake-up waits for company while the till is not sending more. */
  readonly quietMs: number;
  /** How long it waits at most while the till is sending a backlog. */
  readonly backlogMs: number;
  /** Terminals kept in memory; what does not fit is found by the sweep. */
  readonly maxTerminals: number;
}

export interface WakeUp {
  readonly tenantId: string;
  readonly terminalId: string;
}

interface Waiting extends WakeUp {
  readonly since: number;
  entries: number;
  moreComing: boolean;
}

/**
 * Which terminals to wake, and when: a sale that comes alone at once, a backlog for about a thousand entries together,
 * since a wake-up costs as much as a hundred sales. Pure; the clock is an argument.
 */
export class WakeQueue {
  readonly #options: WakeQueueOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: WakeQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(wakeUp: WakeUp): boolean {
    return this.#waiting.has(keyOf(wakeUp));
  }

  /** False: there was no room, the sweep has to find it. */
  add(news: ReplayNews, nowMs: number): boolean {
    const key = keyOf(news);
    const known = this.#waiting.get(key);
    if (known !== undefined) {
      known.entries += news.entries;
      known.moreComing = news.moreComing;
      return true;
    }
    if (this.#waiting.size >= this.#options.maxTerminals) return false;
    const { tenantId, terminalId, entries, moreComing } = news;
    this.#waiting.set(key, { tenantId, terminalId, entries, moreComing, since: nowMs });
    return true;
  }

  /** Takes out what is due, the longest waiting first. */
  takeDue(nowMs: number, limit: number): WakeUp[] {
    const due: WakeUp[] = [];
    for (const [key, waiting] of this.#waiting) {
      if (due.length >= limit) break;
      if (this.#dueAt(waiting) > nowMs) continue;
      this.#waiting.delete(key);
      due.push({ tenantId: waiting.tenantId, terminalId: waiting.terminalId });
    }
    return due;
  }

  /** When the next one is due; undefined where none waits. */
  nextDueAt(): number | undefined {
    let next: number | undefined;
    for (const waiting of this.#waiting.values()) next = Math.min(next ?? Infinity, this.#dueAt(waiting));
    return next;
  }

  #dueAt(waiting: Waiting): number {
    const { wakeEntries, quietMs, backlogMs } = this.#options;
    if (waiting.entries >= wakeEntries) return waiting.since;
    return waiting.since + (waiting.moreComing ? backlogMs : quietMs);
  }
}

const keyOf = ({ tenantId, terminalId }: WakeUp): string => `${tenantId}/${terminalId}`;
