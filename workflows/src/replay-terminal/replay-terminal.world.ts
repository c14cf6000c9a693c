import type { ReplayActivities, ReplayPassed, ReplaySettled, ServiceName } from '@nexus/contracts/workflows';

type Consumer = 'sales' | 'inventory';
const CONSUMERS: readonly Consumer[] = ['sales', 'inventory'];

export interface ReplayFaults {
  /** So many of a consumer's first calls fail. */
  readonly failing?: Partial<Record<Consumer, number>>;
  /** Entries that arrive while a round is under way, one element for each round. */
  readonly arriving?: readonly number[];
  /** Lines that wait for a gap: so many prepared rounds say `waitMs` before they are numbered. */
  readonly waiting?: { readonly rounds: number; readonly waitMs: number; readonly entries: number };
  /** Settled rounds that say: sleep for so long, more is on its way. */
  readonly sleeps?: readonly number[];
  /** Called when a round has been settled. */
  readonly onSettled?: (round: number) => Promise<void>;
}

/** What sync and the consumers know of one terminal, in memory: dense numbers and everybody's cursor. */
export class ReplayWorld implements ReplayActivities {
  readonly calls: string[] = [];
  readonly cursors: Record<Consumer, number> = { sales: 0, inventory: 0 };
  readonly passed: Record<Consumer, number> = { sales: 0, inventory: 0 };
  number: number;
  rounds = 0;
  #waitingRounds: number;
  readonly #faults: ReplayFaults;
  readonly #failures: Record<Consumer, number> = { sales: 0, inventory: 0 };

  constructor(number: number, faults: ReplayFaults = {}) {
    this.number = number;
    this.#faults = faults;
    this.#waitingRounds = faults.waiting?.rounds ?? 0;
  }

  get isClean(): boolean {
    return this.#behind().length === 0 && this.#waitingRounds === 0;
  }

  prepareReplay(): Promise<{ consumers: ServiceName[]; waitMs: number | null }> {
    this.calls.push('prepare');
    const { waiting } = this.#faults;
    if (this.#waitingRounds > 0) {
      this.#waitingRounds -= 1;
      if (this.#waitingRounds === 0) this.number += waiting?.entries ?? 0;
    }
    const waitMs = this.#waitingRounds > 0 ? (waiting?.waitMs ?? null) : null;
    return Promise.resolve({ consumers: this.#behind(), waitMs });
  }

  async settleReplay({ passed }: { passed: readonly ReplayPassed[] }): Promise<ReplaySettled> {
    this.calls.push('settle');
    for (const { service, number } of passed) this.passed[service as Consumer] = number;
    const round = this.rounds;
    this.rounds += 1;
    await this.#faults.onSettled?.(round);
    const sleep = this.#faults.sleeps?.[round];
    if (sleep !== undefined) return { clean: false, waitMs: sleep };
    const didAll = this.#behind().every((service) => passed.some((p) => p.service === service));
    return { clean: this.isClean, waitMs: this.#behind().length > 0 && didAll ? 0 : null };
  }

  applyJournal({ service: name }: { readonly service: ServiceName }): Promise<ReplayPassed> {
    const service = name as Consumer;
    this.calls.push(service);
    this.#failures[service] += 1;
    if (this.#failures[service] <= (this.#faults.failing?.[service] ?? 0))
      return Promise.reject(new Error(`${service} is down`));
    this.cursors[service] = this.number;
    if (service === 'sales') this.number += this.#faults.arriving?.[this.rounds] ?? 0;
    return Promise.resolve({ service, epoch: 1, number: this.cursors[service] });
  }

  #behind(): Consumer[] {
    return CONSUMERS.filter((service) => this.passed[service] < this.number);
  }
}
