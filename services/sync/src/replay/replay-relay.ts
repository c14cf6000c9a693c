import { replayTerminalId, WAKE_SIGNAL, WORKFLOW_TASK_QUEUE, type ReplayTerminalInput } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import type { TemporalLink } from '@nexus/temporal-kit';
import type { TenancyDb } from '@nexus/tenancy-db';
import { claimWakeUps, neglectedTerminals, handBack, isAnyDirty } from './replay.repository.ts';
import { WakeQueue, type WakeUp } from './wake-queue.ts';
import type { ReplayNews, ReplayNotifier } from './wake.ts';

export interface ReplayRelayOptions {
  readonly db: TenancyDb;
  readonly temporal: Pick<TemporalLink, 'call'>;
  readonly logger: Logger;
  readonly wakeEntries: number;
  readonly quietMs?: number;
  readonly backlogMs?: number;
  /** How often the database is asked for terminals that nobody told of. Default 5,000. */
  readonly sweepMs?: number;
  /** A dirty terminal that nobody woke for so long is taken up by whoever sweeps. Default 7,000. */
  readonly neglectMs?: number;
  /**
   * After this long without the terminal getting clean a wake-up counts as lost: Temporal may have taken it and then lost
   * its database. Waking a run that is merely slow once more does no harm. Default 30,000.
   */
  readonly staleMs?: number;
}

const QUIET_MS = 100;
const BACKLOG_MS = 5_000;
const SWEEP_MS = 5_000;
const NEGLECT_MS = 7_000;
const STALE_MS = 30_000;
/** Wake-ups on their way at once. */
const PARALLEL = 4;
const MAX_TERMINALS = 10_000;
/** Tenants looked at in one sweep. */
const TENANTS = 1_000;
const DIRTY_BATCH = 500;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

/**
 * Wakes `replay/{tenant}/{terminal}` for terminals that are dirty, one wake-up outstanding for each, claimed in the
 * database so that any number of these may run. This process's own commits are heard of at once; the sweep finds the
 * rest by the doorbell. While Temporal is away nothing is lost: dirty rows stay.
 */
export class ReplayRelay implements ReplayNotifier {
  readonly #options: ReplayRelayOptions;
  readonly #queue: WakeQueue;
  readonly #sending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #running = false;
  #failures = 0;
  #pausedUntil = 0;

  constructor(options: ReplayRelayOptions) {
    this.#options = options;
    this.#queue = new WakeQueue({
      wakeEntries: options.wakeEntries,
      quietMs: options.quietMs ?? QUIET_MS,
      backlogMs: options.backlogMs ?? BACKLOG_MS,
      maxTerminals: MAX_TERMINALS,
    });
  }

  start(): void {
    this.#running = true;
    this.#scheduleSweep(0);
  }

  /** Sends what is on its way; what is not stays dirty in the database. */
  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#sweepTimer);
    await this.#sweeping;
    await Promise.allSettled(this.#sending);
  }

  /** Terminals known to be dirty and not yet woken. */
  backlog(): number {
    return this.#queue.size + this.#sending.size;
  }

  note(news: ReplayNews): void {
    if (!this.#running) return;
    this.#queue.add(news, Date.now());
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (!this.#running) return;
    const now = Date.now();
    if (now >= this.#pausedUntil) {
      for (const wakeUp of this.#queue.takeDue(now, PARALLEL - this.#sending.size)) {
        const sending = this.#wake(wakeUp).finally(() => {
          this.#sending.delete(sending);
          this.#pump();
        });
        this.#sending.add(sending);
      }
      if (this.#sending.size >= PARALLEL) return; // whoever ends pumps again
    }
    const next = this.#queue.nextDueAt();
    if (next === undefined) return;
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.max(next, this.#pausedUntil) - now));
    this.#timer.unref();
  }

  async #wake({ tenantId, terminalId }: WakeUp): Promise<void> {
    const { db, staleMs = STALE_MS } = this.#options;
    try {
      const claimed = await db.tx({ tenantId }, (tx) => claimWakeUps(tx, [terminalId], staleMs));
      if (claimed.length === 0) return; // clean by now, or somebody else's
      try {
        await this.#signal({ tenantId, terminalId });
        this.#failures = 0;
      } catch (error) {
        // The wake-up was not sent, as far as we know: a second one would do no harm.
        await db.tx({ tenantId }, (tx) => handBack(tx, terminalId));
        throw error;
      }
    } catch (error) {
      if (isGone(error)) return;
      this.#failed(error);
    }
  }

  #signal(input: ReplayTerminalInput): Promise<unknown> {
    return this.#options.temporal.call('wake replay', (client) =>
      client.workflow.signalWithStart('replayTerminal', {
        workflowId: replayTerminalId(input.tenantId, input.terminalId),
        taskQueue: WORKFLOW_TASK_QUEUE,
        args: [input],
        signal: WAKE_SIGNAL,
        signalArgs: [],
      }),
    );
  }

  /** Stops asking for a while; the dirty row is found again by the sweep. */
  #failed(error: unknown): void {
    this.#failures += 1;
    this.#pausedUntil = Date.now() + Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), MAX_BACKOFF_MS);
    if (this.#failures === 1 || this.#failures % 20 === 0)
      this.#options.logger.warn(
        { err: error, failures: this.#failures },
        'replays cannot be woken; journals stay dirty until they can',
      );
  }

  #scheduleSweep(delayMs: number): void {
    if (!this.#running) return;
    this.#sweepTimer = setTimeout(() => {
      this.#sweeping = this.#sweep()
        .catch((error: unknown) => this.#failed(error))
        .finally(() => this.#scheduleSweep(this.#options.sweepMs ?? SWEEP_MS));
    }, delayMs);
    this.#sweepTimer.unref();
  }

  /**
   * Reads the doorbell, queues every dirty terminal of the tenants that rang, and takes away the rings of tenants that
   * are clean. The rings are read before the tenant is looked at, so one that comes later stays.
   */
  async #sweep(): Promise<void> {
    if (Date.now() < this.#pausedUntil) return;
    const { db, staleMs = STALE_MS } = this.#options;
    const rings = await db.shared((tx) =>
      tx.query<{ tenant_id: string; ids: string[] }>(
        `SELECT tenant_id, array_agg(id::text) AS ids FROM doorbell WHERE topic = 'replay'
         GROUP BY tenant_id ORDER BY min(id) LIMIT ${TENANTS}`,
      ),
    );
    const answered: string[] = [];
    for (const { tenant_id: tenantId, ids } of rings) {
      if (!this.#running) return;
      if (await this.#sweepTenant(tenantId, staleMs)) answered.push(...ids);
    }
    if (answered.length > 0)
      await db.shared((tx) => tx.query('DELETE FROM doorbell WHERE id = ANY($1::bigint[])', [answered]));
  }

  /** True when the tenant has no dirty terminal any more. */
  async #sweepTenant(tenantId: string, staleMs: number): Promise<boolean> {
    try {
      const { terminals, dirty } = await this.#options.db.tx({ tenantId }, async (tx) => ({
        terminals: await neglectedTerminals(tx, this.#options.neglectMs ?? NEGLECT_MS, staleMs, DIRTY_BATCH),
        dirty: await isAnyDirty(tx),
      }));
      for (const terminalId of terminals)
        if (!this.#queue.has({ tenantId, terminalId }))
          this.note({ tenantId, terminalId, entries: 1, moreComing: false });
      return !dirty;
    } catch (error) {
      if (isGone(error)) return true;
      throw error;
    }
  }
}

/** A tenant whose schema is not there any more has nothing to replay. */
const isGone = (error: unknown): boolean => (error as { code?: unknown }).code === 'NX-3003';
