import { setTimeout as sleep } from 'node:timers/promises';
import type { Launch, PlatformProcess } from '@nexus/local';
import { endProcess, signalProcess, spawnLogged, type RunRecords, type Running } from '@nexus/local/process';
import type { ChartSettings } from '../chart-settings.ts';
import { probe } from './probe.ts';

export interface PodFacts {
  readonly process: PlatformProcess;
  readonly version: string;
  readonly port: number;
  readonly launch: Launch;
}

/** How a pod ended. */
export interface Ending {
  /** From SIGTERM to the end of the process. */
  readonly ms: number;
  /** `exited with 0` where all is well. */
  readonly how: string;
  /** It had to be killed. */
  readonly killed: boolean;
}

/** One process of the platform, watched as the kubelet watches a pod. */
export class Pod {
  readonly facts: PodFacts;
  readonly #running: Running;
  readonly #record: { readonly name: string; readonly records: RunRecords };
  #how: string | undefined;

  private constructor(facts: PodFacts, running: Running, record: { name: string; records: RunRecords }) {
    this.facts = facts;
    this.#running = running;
    this.#record = record;
    void running.exited.then((how) => {
      this.#how = how;
    });
  }

  /** `records` name it to whoever has to clean up after a run that was killed. */
  static async start(facts: PodFacts, logFile: string, records: RunRecords): Promise<Pod> {
    const running = await spawnLogged(facts.launch, logFile);
    const name = `${facts.process}-${running.identity.pid}`;
    records.write(name, running.identity, facts.launch);
    return new Pod(facts, running, { name, records });
  }

  get pid(): number {
    return this.#running.identity.pid;
  }

  get ended(): boolean {
    return this.#how !== undefined;
  }

  /** Startup probe, then readiness probe, each at its own pace. Rejects when it ends before or does not start in time. */
  async whenReady({ startup, readiness }: ChartSettings, signal: AbortSignal): Promise<void> {
    const { process, port } = this.facts;
    for (let failures = 0; !(await probe(port, startup)); failures += 1) {
      this.#mustRun();
      if (failures >= startup.failureThreshold) throw new Error(`${process} did not start in time`);
      await sleep(startup.periodMs, undefined, { signal });
    }
    const deadline = performance.now() + startup.periodMs * startup.failureThreshold;
    while (!(await probe(port, readiness))) {
      this.#mustRun();
      if (performance.now() > deadline) throw new Error(`${process} did not become ready in time`);
      await sleep(readiness.periodMs, undefined, { signal });
    }
  }

  /** Tells of each change of readiness, as the probe's threshold has it, until the signal aborts. It was ready before. */
  async watch({ readiness }: ChartSettings, changed: (ready: boolean) => void, signal: AbortSignal): Promise<void> {
    let ready = true;
    let failures = 0;
    while (!signal.aborted) {
      await sleep(readiness.periodMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const passed = await probe(this.facts.port, readiness);
      failures = passed ? 0 : failures + 1;
      const now: boolean = passed || (ready && failures < readiness.failureThreshold);
      if (now !== ready && !signal.aborted) changed(now);
      ready = now;
    }
  }

  /** SIGTERM, and after the grace SIGKILL. */
  async terminate(graceMs: number): Promise<Ending> {
    const begun = performance.now();
    const identity = this.#running.identity;
    signalProcess(identity, 'SIGTERM');
    const late = new AbortController();
    const grace = sleep(graceMs, 'late' as const, { signal: late.signal }).catch(() => 'ended' as const);
    const first = await Promise.race([this.#running.exited, grace]);
    late.abort();
    const killed = first === 'late';
    if (killed) await endProcess(identity, { signal: 'SIGKILL', graceMs: 1_000, what: this.facts.process });
    const how = await this.#running.exited;
    this.#record.records.remove(this.#record.name);
    return { ms: performance.now() - begun, how, killed };
  }

  #mustRun(): void {
    if (this.#how !== undefined) throw new Error(`${this.facts.process} ${this.#how} before it was ready`);
  }
}
