import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorAccess, OperatorSession, readConfig } from '@nexus/cli';
import { readChartSettings } from './chart-settings.ts';
import type { Deployment, Version } from './cluster/deployment.ts';
import { Cluster } from './cluster/platform.ts';
import { Load } from './load/load.ts';
import type { RollingOptions } from './options.ts';
import type { ReplacementRow, Seen } from './report.ts';
import { RequestLog } from './request-log.ts';
import { versions } from './versions.ts';

const CALM = 'between two processes';
/** Load before the first and after each replacement, so that what happens late is seen where it belongs. */
const SETTLE_MS = 1_500;

/** Runs it all; whatever happens, nothing that was started here goes on running afterwards. */
export async function rolling(
  options: RollingOptions,
  interrupted: AbortSignal,
  say: (line: string) => void,
): Promise<Seen> {
  const { stateDir, edgePort, propagationMs } = options;
  const chart = readChartSettings(options.environment);
  const both = versions(options.from);
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const cluster = await Cluster.start({ stateDir, edgePort, chart, propagationMs, signal, say });
  const run = new Run(options, cluster, both, signal, say);
  const badEndings: string[] = [];
  let seen: Omit<Seen, 'badEndings'>;
  try {
    seen = await orAborted(run.run(), signal);
  } finally {
    await run.end();
    say('stopping');
    // What failed half-way begins nothing new from here on.
    over.abort(new Error('it is over'));
    badEndings.push(...(await cluster.stop()));
  }
  return { ...seen, badEndings };
}

class Run {
  readonly #options: RollingOptions;
  readonly #cluster: Cluster;
  readonly #versions: { readonly before: Version; readonly after: Version };
  readonly #signal: AbortSignal;
  readonly #say: (line: string) => void;
  readonly #log = new RequestLog('set-up');
  readonly #begun = performance.now();
  #load: Load | undefined;

  constructor(
    options: RollingOptions,
    cluster: Cluster,
    both: { readonly before: Version; readonly after: Version },
    signal: AbortSignal,
    say: (line: string) => void,
  ) {
    this.#options = options;
    this.#cluster = cluster;
    this.#versions = both;
    this.#signal = signal;
    this.#say = say;
  }

  async run(): Promise<Omit<Seen, 'badEndings'>> {
    const { before } = this.#versions;
    this.#say(`starting ${before.name}, ${this.#cluster.pooled ? 'behind PgBouncer' : 'without PgBouncer'}`);
    await this.#cluster.migrate(before);
    await this.#cluster.promote(before);
    await this.#cluster.deploy(before);
    this.#say('a chain, its tills and its people');
    const load = (this.#load = await this.#prepareLoad());
    this.#log.enter(CALM);
    load.start();
    const replacements = await Promise.race([this.#rounds(load), load.broken]);
    this.#say('waiting for what is under way, proving the books');
    const signedUp = await load.signedUp();
    const { heard } = load;
    const { sold, proof } = await load.finish();
    const { total, clients, failures } = this.#log;
    const unready = this.#cluster.deployments.reduce((sum, deployment) => sum + deployment.unready, 0);
    const seconds = Math.round((performance.now() - this.#begun) / 1000);
    return { replacements, total, clients, failures, signedUp, heard, sold, proof, unready, seconds };
  }

  async end(): Promise<void> {
    await this.#load?.close();
  }

  async #prepareLoad(): Promise<Load> {
    const { engines, hasBackOffice } = this.#cluster;
    // Set up by the command's own code, which finds the platform where it was just written down.
    const { stateDir } = this.#options;
    const session = new OperatorSession(operatorAccess(readConfig({ NEXUS_STATE_DIR: stateDir })));
    const { keycloak, edgeOrigin: origin } = engines;
    const directory = join(stateDir, 'tills');
    await rm(directory, { recursive: true, force: true });
    return Load.prepare({ session, origin, keycloak, hasBackOffice, directory, log: this.#log });
  }

  async #rounds(load: Load): Promise<ReplacementRow[]> {
    const rows: ReplacementRow[] = [];
    const { before, after } = this.#versions;
    await this.#pause(SETTLE_MS);
    for (let round = 1; round <= this.#options.rounds; round += 1) {
      const target = round % 2 === 1 ? after : before;
      this.#say(`round ${round}: ${target === after ? 'rolling out' : 'rolling back to'} ${target.name}`);
      await this.#hooks(target, round);
      if (this.#options.together) rows.push(...(await this.#replaceTogether(target, round, load)));
      else for (const deployment of this.#chosen()) rows.push(await this.#replace(deployment, target, round, load));
    }
    return rows;
  }

  /** As the chart has it: schemas are brought up before a release and stay as they are before a roll-back. */
  async #hooks(target: Version, round: number): Promise<void> {
    this.#log.enter(`hooks of round ${round}`);
    if (target === this.#versions.after) await this.#cluster.migrate(target);
    await this.#cluster.promote(target);
    this.#log.enter(CALM);
  }

  #chosen(): readonly Deployment[] {
    return this.#cluster.deployments.filter(({ process }) => this.#options.processes.includes(process));
  }

  async #replace(deployment: Deployment, target: Version, round: number, load: Load): Promise<ReplacementRow> {
    const phase = `${deployment.process}, round ${round}`;
    this.#log.enter(phase);
    // The workflow of a new chain is under way, in whichever process its activities run, when the old one is told.
    const replaced = await deployment.replace(target, () => load.signUp());
    await this.#pause(SETTLE_MS);
    this.#log.enter(CALM);
    return this.#told({ ...replaced, ...this.#log.during(phase), round });
  }

  /** As a release does it: nobody waits for anybody. What failed cannot be laid at one door. */
  async #replaceTogether(target: Version, round: number, load: Load): Promise<ReplacementRow[]> {
    const phase = `round ${round}`;
    this.#log.enter(phase);
    const replaced = await Promise.all(this.#chosen().map((one) => one.replace(target, () => load.signUp())));
    await this.#pause(SETTLE_MS);
    this.#log.enter(CALM);
    return replaced.map((one) => this.#told({ ...one, ...this.#log.during(phase), round }));
  }

  #told(row: ReplacementRow): ReplacementRow {
    const { process, readyMs, ending, requests, failed } = row;
    this.#say(
      `${process}: ready after ${seconds(readyMs)}, the old one ${ending.how} after ${seconds(ending.ms)}; ` +
        `${requests} requests, ${failed} failed`,
    );
    return row;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal });
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The work, or the signal's reason as soon as it aborts. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  work.catch(() => undefined); // what it says after an abort is of no use to anybody
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}
