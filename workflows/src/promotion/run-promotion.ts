import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig, type Env } from '@nexus/service-kit';
import { createLogger } from '@nexus/telemetry';
import { connectTemporal, nexusErrorOf, WorkerDeployment, type DeploymentState } from '@nexus/temporal-kit';
import type { z } from 'zod';
import { promoteConfig } from '../config.ts';
import { promote, type Deployment, type Outcome } from './promote.ts';

export interface PromotionProcess {
  readonly args: readonly string[];
  readonly env: Env;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stopping: AbortSignal;
}

const USAGE = `Says that the build NEXUS_BUILD_ID of the workflows is the one that is wanted: its workers, and no others, make it
the current one as soon as they are there. Until then the current one goes on. Done again it changes nothing.

  --show      only say how things stand
  --json      one JSON object instead of words
  --help      this

Settings: NEXUS_BUILD_ID, NEXUS_TEMPORAL_ADDRESS, NEXUS_TEMPORAL_NAMESPACE, NEXUS_PROMOTE_WAIT_MS (how long a Temporal
that is away is waited for, 60000), NEXUS_TAKE_OVER_WAIT_MS (how long workers of this build that are there already are
given to take the work, 20000).

Exit code: 0 done · 1 Temporal is away, refused it, or this was told to stop · 2 it was called wrongly.
`;

const [DONE, FAILED, MISUSED] = [0, 1, 2] as const;
const PAUSE_MS = 1_000;
/** What Temporal's absence looks like; anything else is an answer. */
const AWAY = new Set(['NX-3001', 'NX-3004']);

const WORDS: Readonly<Record<Outcome | 'shown', string>> = {
  first: 'no worker with a version has been here yet: the first one takes the work',
  current: 'it has the work',
  awaited: 'it takes the work as soon as its workers are there; until then the current build goes on',
  shown: 'nothing was changed',
};

/** What `promote.ts` does: the release's hook. Gives the exit code. */
export async function runPromotion(host: PromotionProcess): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const options = { show: flag, json: flag, help: flag };
  try {
    const { values } = parseArgs({ args: [...host.args], options, strict: true, allowPositionals: false });
    if (values.help) {
      host.out(USAGE);
      return DONE;
    }
    return await run(host, values, readConfig({ name: 'workflows', config: promoteConfig }, host.env));
  } catch (error) {
    if (error instanceof ConfigError) host.err(`${error.message}\n`);
    else if (error instanceof TypeError && 'code' in error) host.err(`${error.message}\n\n${USAGE}`);
    else throw error;
    return MISUSED;
  }
}

async function run(
  host: PromotionProcess,
  { show, json }: { readonly show: boolean; readonly json: boolean },
  config: z.output<typeof promoteConfig>,
): Promise<number> {
  const { buildId, temporalAddress: address, temporalNamespace: namespace, takeOverWaitMs } = config;
  const link = connectTemporal({ address, namespace, logger: createLogger({ service: 'workflows', level: 'silent' }) });
  const ask = <T>(what: string, work: (deployment: WorkerDeployment) => Promise<T>): Promise<T> =>
    patiently(host.stopping, config.promoteWaitMs, () =>
      link.call(what, (client) => work(new WorkerDeployment(client.connection, namespace))),
    );
  const deployment: Deployment = {
    describe: () => ask('describe deployment', (one) => one.describe()),
    want: (build) => ask('set deployment manager', (one) => one.want(build)),
    polledLately: (queue, build) => ask('describe queue', (one) => one.polledLately(queue, build)),
  };
  try {
    const { stopping } = host;
    const outcome = show ? 'shown' : await promote(deployment, { buildId, takeOverWaitMs, stopping });
    host.out(told(json, buildId, outcome, await deployment.describe()));
    return stopping.aborted ? FAILED : DONE;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `Build ${buildId} could not be named as the wanted one, at ${address}, namespace ${namespace}: ${reason}`;
    host.err(json ? `${JSON.stringify({ event: 'failed', buildId, address, namespace, reason })}\n` : `${text}\n`);
    return FAILED;
  } finally {
    await link.close();
  }
}

function told(json: boolean, buildId: string, outcome: Outcome | 'shown', state: DeploymentState | undefined): string {
  const { current = null, wanted = null, known = [] } = state ?? {};
  if (json) return `${JSON.stringify({ event: outcome, buildId, current, wanted, known })}\n`;
  return `Build ${buildId}: ${WORDS[outcome]}.\nCurrent: ${current ?? 'none'} · wanted: ${wanted ?? 'none named'} · known: ${known.join(', ') || 'none'}\n`;
}

/** Asks again while Temporal is away, for so long. */
async function patiently<T>(stopping: AbortSignal, waitMs: number, ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const away = AWAY.has(nexusErrorOf(error)?.code ?? '');
      if (!away || stopping.aborted || performance.now() >= deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
