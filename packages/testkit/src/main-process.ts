import { join, resolve } from 'node:path';
import { startOwned } from './child.ts';
import { waitFor } from './wait-for.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');

/** A process of the platform as a cluster runs it: its real main file, configured by the environment alone. */
export interface MainProcess {
  /** Where it answers HTTP and metrics, once it has said so. */
  readonly url: () => Promise<string>;
  readonly metricsUrl: () => Promise<string>;
  readonly output: () => string;
  readonly alive: () => boolean;
  /** Sends the signal; gives the exit code, null where it was killed. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly exited: Promise<number | null>;
}

export interface MainOptions {
  /** From the checkout's root: `services/sync/src/main.ts`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Nothing of this process's environment but what starting a program needs. */
const BARE = ['PATH', 'HOME', 'TMPDIR'] as const;

export async function startMain({ script, args = [], env }: MainOptions): Promise<MainProcess> {
  const bare = Object.fromEntries(BARE.flatMap((name) => [[name, process.env[name]] as const]));
  const child = await startOwned(process.execPath, [join(CHECKOUT, script), ...args], { env: { ...bare, ...env } });
  const said = new Map<string, string>();
  const urlOf = (message: string): Promise<string> =>
    waitFor(
      () => {
        for (const [text, url] of linesWithUrl(child.output())) said.set(text, url);
        if (!child.alive()) throw new Error(`${script} ended: ${child.output()}`);
        return said.get(message);
      },
      { timeoutMs: 60_000, what: `${script} to say "${message}"` },
    );
  return {
    url: () => urlOf('ready'),
    metricsUrl: () => urlOf('metrics'),
    output: child.output,
    alive: child.alive,
    exited: child.exited,
    async end(signal = 'SIGTERM') {
      await child.end(signal);
      return child.exited;
    },
  };
}

function* linesWithUrl(output: string): Generator<readonly [string, string]> {
  for (const line of output.split('\n')) {
    if (!line.startsWith('{') || !line.endsWith('}')) continue;
    const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
    if (msg !== undefined && url !== undefined) yield [msg, url];
  }
}
