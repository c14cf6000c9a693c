import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformProcess } from '@nexus/local';
import type { ChartSettings } from '../chart-settings.ts';
import type { ClusterService } from './cluster-service.ts';
import type { Ending, Pod } from './pod.ts';

/** A version of the platform. */
export interface Version {
  readonly name: string;
  /** Folder with the layout of a checkout, for each process. */
  readonly rootOf: (process: PlatformProcess) => string;
}

export interface DeploymentParts {
  readonly process: PlatformProcess;
  /** Absent where nobody connects to it. */
  readonly service: ClusterService | undefined;
  readonly chart: ChartSettings;
  /** How long every node goes on with the endpoints it knew after they have changed. */
  readonly propagationMs: number;
  readonly startPod: (version: Version) => Promise<Pod>;
  readonly signal: AbortSignal;
}

/** One replacement of a pod by another. */
export interface Replacement {
  readonly process: PlatformProcess;
  readonly from: { readonly pid: number; readonly version: string };
  readonly to: { readonly pid: number; readonly version: string };
  /** From the start of the new one until it was ready. */
  readonly readyMs: number;
  readonly ending: Ending;
}

/** One process as a Deployment with one replica, `maxSurge: 1` and `maxUnavailable: 0` keeps and changes it. */
export class Deployment {
  readonly #parts: DeploymentParts;
  readonly #pods = new Map<Pod, AbortController>();
  #current: Pod | undefined;
  #newest: Pod | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  /** Times at which a pod that should have been ready was not. */
  unready = 0;

  constructor(parts: DeploymentParts) {
    this.#parts = parts;
  }

  get process(): PlatformProcess {
    return this.#parts.process;
  }

  get currentPort(): number {
    return this.#mustHave().facts.port;
  }

  async start(version: Version): Promise<void> {
    const pod = await this.#newPod(version);
    this.#parts.service?.route(pod.facts.port);
    this.#current = pod;
  }

  /**
   * Starts the new one beside the old one. As soon as it is ready, the old one is told to stop: at that moment no node
   * knows of either yet. `beforeStop` runs when the new one is ready and the old one not yet told.
   */
  async replace(version: Version, beforeStop: () => Promise<void>): Promise<Replacement> {
    const old = this.#mustHave();
    const begun = performance.now();
    const pod = await this.#newPod(version);
    const readyMs = performance.now() - begun;
    await beforeStop();
    this.#current = pod;
    const told = this.#laterOnEveryNode(() => {
      this.#parts.service?.route(pod.facts.port);
      this.#parts.service?.unroute(old.facts.port);
    });
    const ending = await this.#end(old);
    await told;
    return {
      process: this.process,
      from: { pid: old.pid, version: old.facts.version },
      to: { pid: pod.pid, version: pod.facts.version },
      readyMs,
      ending,
    };
  }

  /** Ends what is left of it, also one that is being started; its signal has to be aborted before. */
  async stop(): Promise<Ending[]> {
    await Promise.allSettled([this.#starting]);
    return Promise.all([...this.#pods.keys()].map((pod) => this.#end(pod)));
  }

  async #newPod(version: Version): Promise<Pod> {
    const { chart, startPod, service, signal } = this.#parts;
    signal.throwIfAborted();
    const watching = new AbortController();
    const starting = startPod(version).then((pod) => {
      this.#pods.set(pod, watching);
      this.#newest = pod;
      return pod;
    });
    this.#starting = starting;
    const pod = await starting;
    await pod.whenReady(chart, signal);
    const changed = (ready: boolean): void => {
      // A workflow worker has no work any more, and says so, as soon as the newer build has it.
      const outdated = service === undefined && pod !== this.#newest;
      if (!ready && !outdated) this.unready += 1;
      void this.#laterOnEveryNode(() => {
        if (watching.signal.aborted) return;
        if (ready) service?.route(pod.facts.port);
        else service?.unroute(pod.facts.port);
      });
    };
    void pod.watch(chart, changed, watching.signal);
    return pod;
  }

  async #end(pod: Pod): Promise<Ending> {
    this.#pods.get(pod)?.abort();
    const ending = await pod.terminate(this.#parts.chart.terminationGraceMs);
    this.#pods.delete(pod);
    return ending;
  }

  /** Ctrl-C does not wait for nodes. */
  async #laterOnEveryNode(change: () => void): Promise<void> {
    const { propagationMs, signal } = this.#parts;
    await sleep(propagationMs, undefined, { signal }).catch(() => undefined);
    change();
  }

  #mustHave(): Pod {
    if (this.#current === undefined) throw new Error(`${this.process} was not started`);
    return this.#current;
  }
}
