import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LauncherError, messageOf } from './launcher-error.ts';
import { isAlive } from './process/identity.ts';
import { endProcess, spawnLogged, waitUntilReady, watchAdopted, type Running } from './process/running.ts';
import { launchDigest, type RunRecords } from './process/run-records.ts';
import type { ProcessSpec } from './process/spec.ts';
import { withProgress, type Progress } from './progress.ts';

export type ProcessState = 'waiting' | 'starting' | 'running' | 'backing-off' | 'stopping' | 'stopped';

export interface ProcessStatus {
  name: string;
  pid: number | null;
  state: ProcessState;
  restarts: number;
  lastError?: string;
}

export interface BackOff {
  firstMs: number;
  maxMs: number;
  /** A process that ran this long is healthy again: the next failure starts from `firstMs`. */
  resetAfterMs: number;
}

const MAX_BOOT_ATTEMPTS = 4;

interface Surroundings {
  stateDir: string;
  records: RunRecords;
  backOff: BackOff;
  log: (line: string) => void;
  progress: Progress;
  changed: () => void;
  /** Resolves when every process this one depends on is ready. */
  dependenciesReady: () => Promise<void>;
}

/** One process and the loop that keeps it running until it is told to stop. */
export class Supervised {
  readonly spec: ProcessSpec;
  /** Settles once: ready for the first time, or unable to start. */
  readonly booted: Promise<void>;
  readonly #around: Surroundings;
  readonly #stop = new AbortController();
  readonly #boot = Promise.withResolvers<void>();
  #status: ProcessStatus;
  #running: Running | undefined;
  #isReady = Promise.withResolvers<void>();
  #failuresInARow = 0;
  #loop: Promise<void> | undefined;

  constructor(spec: ProcessSpec, around: Surroundings) {
    this.spec = spec;
    this.#around = around;
    this.#status = { name: spec.name, pid: null, state: 'waiting', restarts: 0 };
    this.booted = this.#boot.promise;
    this.booted.catch(() => undefined);
  }

  get status(): ProcessStatus {
    return { ...this.#status };
  }

  /** Resolves as soon as the process is ready, now or after a restart. */
  whenReady(): Promise<void> {
    return this.#isReady.promise;
  }

  start(): void {
    this.#loop ??= this.#keepRunning();
  }

  async stop(): Promise<void> {
    if (!this.#stop.signal.aborted) this.#stop.abort();
    const running = this.#running;
    if (running) {
      this.#set({ state: 'stopping' });
      const { stopSignal: signal, stopGraceMs: graceMs, name } = this.spec;
      await endProcess(running.identity, { signal, graceMs, what: name });
    }
    await this.#loop;
    this.#around.records.remove(this.spec.name);
    this.#set({ state: 'stopped', pid: null });
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#set({ state: 'waiting', pid: null });
      await Promise.race([this.#around.dependenciesReady(), aborted(signal)]);
      if (signal.aborted) return;
      const startedAt = performance.now();
      const how = await this.#runOnce();
      if (signal.aborted) return;
      const lived = performance.now() - startedAt;
      this.#failuresInARow = lived > this.#around.backOff.resetAfterMs ? 1 : this.#failuresInARow + 1;
      await this.#pause(how);
    }
  }

  /** One life of the process, from its start to its end; answers how it ended. */
  async #runOnce(): Promise<string> {
    this.#set({ state: 'starting' });
    let running: Running | undefined;
    try {
      running = await this.#startOrAdopt();
      this.#running = running;
      this.#set({ pid: running.identity.pid });
      await this.#waitUntilReady(running);
      this.#set({ state: 'running' });
      this.#isReady.resolve();
      this.#boot.resolve();
      return await running.exited;
    } catch (error) {
      if (running) await this.#endFailed(running);
      this.#considerGivingUpBoot(error);
      return `did not start: ${messageOf(error)}`;
    } finally {
      if (!this.#stop.signal.aborted) this.#running = undefined;
      this.#isReady = Promise.withResolvers<void>();
    }
  }

  async #waitUntilReady(running: Running): Promise<void> {
    const again = this.#status.restarts > 0 ? ' again' : '';
    await withProgress(this.#around.progress, `starting ${this.spec.name}${again}`, () =>
      waitUntilReady(this.spec, running, this.#stop.signal),
    );
  }

  async #startOrAdopt(): Promise<Running> {
    const { records, stateDir, log } = this.#around;
    const { name } = this.spec;
    const launch = await this.spec.prepare();
    this.#stop.signal.throwIfAborted();
    const left = records.read(name);
    if (left && isAlive(left)) {
      if (left.launchDigest === launchDigest(launch)) {
        log(`${name}: took over process ${left.pid}, which was already running`);
        return watchAdopted({ pid: left.pid, startTime: left.startTime }, this.#stop.signal);
      }
      log(`${name}: ending process ${left.pid} of an earlier start`);
      await endProcess(left, { signal: this.spec.stopSignal, graceMs: this.spec.stopGraceMs, what: name });
    }
    const running = await spawnLogged(launch, join(stateDir, 'logs', `${name}.log`));
    records.write(name, running.identity, launch);
    return running;
  }

  async #endFailed(running: Running): Promise<void> {
    const { stopSignal: signal, stopGraceMs: graceMs, name } = this.spec;
    await endProcess(running.identity, { signal, graceMs, what: name }).catch((error: unknown) => {
      this.#around.log(`${name}: ${messageOf(error)}`);
    });
  }

  /** The first start may fail for good: then somebody waits at a terminal and wants to know why. Later ones never do. */
  #considerGivingUpBoot(error: unknown): void {
    const attempts = this.#failuresInARow + 1;
    if (error instanceof LauncherError) this.#boot.reject(error);
    else if (attempts >= MAX_BOOT_ATTEMPTS) {
      const log = join(this.#around.stateDir, 'logs', `${this.spec.name}.log`);
      this.#boot.reject(
        new LauncherError(messageOf(error), `Read ${log}, which has its last words.`, { cause: error }),
      );
    }
  }

  async #pause(how: string): Promise<void> {
    const { firstMs, maxMs } = this.#around.backOff;
    const pauseMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failuresInARow - 1, 20));
    this.#set({ state: 'backing-off', pid: null, restarts: this.#status.restarts + 1, lastError: how });
    this.#around.log(`${this.spec.name} ${how}; starting it again in ${pauseMs} ms`);
    await delay(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #set(change: Partial<ProcessStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#around.changed();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
