import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './process/identity.ts';
import { rotateLogsRegularly } from './process/log-rotation.ts';
import { endProcess } from './process/running.ts';
import { RunRecords } from './process/run-records.ts';
import type { ProcessSpec } from './process/spec.ts';
import type { Progress } from './progress.ts';
import { Supervised, type BackOff, type ProcessStatus } from './supervised.ts';

export type { BackOff, ProcessState, ProcessStatus } from './supervised.ts';

const DEFAULT_BACK_OFF: BackOff = { firstMs: 200, maxMs: 15_000, resetAfterMs: 30_000 };
const LEFTOVER_GRACE_MS = 10_000;

export interface SupervisorOptions {
  specs: readonly ProcessSpec[];
  /** `run/` and `logs/` are kept in here. */
  stateDir: string;
  log: (line: string) => void;
  /** Told of starts that take long. */
  progress?: Progress;
  onChange?: (processes: ProcessStatus[]) => void;
  backOff?: BackOff;
}

/**
 * Starts processes in the order of their dependencies, starts again what dies, and stops all of it the other way round.
 * It never gives up on a process that once ran: it tries again with growing pauses and says so.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #records: RunRecords;
  readonly #processes = new Map<string, Supervised>();
  #rotation: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#records = new RunRecords(options.stateDir);
    for (const spec of inStartOrder(options.specs)) this.#processes.set(spec.name, this.#supervise(spec));
  }

  get status(): ProcessStatus[] {
    return [...this.#processes.values()].map((process) => process.status);
  }

  /** Resolves when everything is ready for the first time; rejects with the first process that cannot start. */
  async start(): Promise<void> {
    const logDir = join(this.#options.stateDir, 'logs');
    mkdirSync(logDir, { recursive: true });
    this.#rotation = rotateLogsRegularly(logDir, (error) => this.#options.log(`log rotation: ${String(error)}`));
    await this.#endStrangers();
    for (const process of this.#processes.values()) process.start();
    await Promise.all(Array.from(this.#processes.values(), (process) => process.booted));
  }

  /** Stops each process after everything that depends on it has stopped. */
  async stop(): Promise<void> {
    clearInterval(this.#rotation);
    const stopped = new Map<string, Promise<void>>();
    for (const process of [...this.#processes.values()].reverse()) {
      const dependants = this.#options.specs.filter((spec) => spec.dependsOn.includes(process.spec.name));
      const before = dependants.map((spec) => stopped.get(spec.name) ?? Promise.resolve());
      // One that cannot be ended must not keep the others alive.
      stopped.set(
        process.spec.name,
        Promise.allSettled(before).then(() => process.stop()),
      );
    }
    const results = await Promise.allSettled([...stopped.values()]);
    const failed = results.filter((result) => result.status === 'rejected');
    if (failed.length > 0) {
      throw new AggregateError(
        failed.map((result) => result.reason as unknown),
        'some processes could not be ended',
      );
    }
  }

  #supervise(spec: ProcessSpec): Supervised {
    const { stateDir, log } = this.#options;
    return new Supervised(spec, {
      stateDir,
      log,
      progress: this.#options.progress ?? (() => undefined),
      records: this.#records,
      backOff: this.#options.backOff ?? DEFAULT_BACK_OFF,
      changed: () => this.#options.onChange?.(this.status),
      dependenciesReady: async () => {
        await Promise.all(spec.dependsOn.map((name) => this.#processes.get(name)?.whenReady() ?? Promise.resolve()));
      },
    });
  }

  /** Ends processes of an earlier supervisor that this one has no use for. */
  async #endStrangers(): Promise<void> {
    for (const name of this.#records.names()) {
      if (this.#processes.has(name)) continue;
      const record = this.#records.read(name);
      if (record && isAlive(record)) {
        this.#options.log(`${name}: ending process ${record.pid}, left over from an earlier start`);
        await endProcess(record, { signal: 'SIGTERM', graceMs: LEFTOVER_GRACE_MS, what: name });
      }
      this.#records.remove(name);
    }
  }
}

/** Dependencies first; a cycle or an unknown name is a mistake in the topology. */
export function inStartOrder(specs: readonly ProcessSpec[]): ProcessSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  if (byName.size !== specs.length) throw new Error('two processes have the same name');
  const ordered = new Set<ProcessSpec>();
  const visit = (spec: ProcessSpec, path: readonly string[]) => {
    if (ordered.has(spec)) return;
    if (path.includes(spec.name)) throw new Error(`processes wait for each other: ${[...path, spec.name].join(' → ')}`);
    for (const name of spec.dependsOn) {
      const dependency = byName.get(name);
      if (!dependency) throw new Error(`${spec.name} depends on ${name}, which is not part of the topology`);
      visit(dependency, [...path, spec.name]);
    }
    ordered.add(spec);
  };
  for (const spec of specs) visit(spec, []);
  return [...ordered];
}
