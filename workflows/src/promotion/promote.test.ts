import { describe, expect, test } from '@jest/globals';
import type { DeploymentState } from '@nexus/temporal-kit';
import { promote, type Deployment } from './promote.ts';

interface World {
  readonly state?: Partial<DeploymentState>;
  /** Workers of the build polled a moment ago. */
  readonly polled?: boolean;
  /** Looks after which they have made it current; absent: they do not. */
  readonly takesOverAfter?: number;
}

/** One promotion of build `new`, over a model of Temporal and the workers. */
async function run(
  { state, polled = false, takesOverAfter = Number.POSITIVE_INFINITY }: World,
  takeOverWaitMs = 60_000,
) {
  let looks = 0;
  let wanted = state?.wanted;
  const known: DeploymentState = { current: 'old', wanted, settled: true, known: ['old'], ...state };
  const deployment: Deployment = {
    describe: () => {
      looks += 1;
      return Promise.resolve(state && { ...known, ...(looks > takesOverAfter ? { current: 'new' } : {}) });
    },
    want: (build) => {
      if (state !== undefined) wanted = build;
      return Promise.resolve(state !== undefined);
    },
    polledLately: () => Promise.resolve(polled),
  };
  const outcome = await promote(deployment, { buildId: 'new', takeOverWaitMs, stopping: new AbortController().signal });
  return { outcome, wanted, looks };
}

describe('a build that is named', () => {
  test('for the first time anywhere, needs nobody', async () => {
    expect(await run({})).toMatchObject({ outcome: 'first', wanted: undefined });
  });

  test('and has the work, keeps it', async () => {
    expect(await run({ state: { current: 'new' } })).toMatchObject({ outcome: 'current', wanted: 'new' });
  });

  test('before its workers are there, is not waited for', async () => {
    expect(await run({ state: {} })).toEqual({ outcome: 'awaited', wanted: 'new', looks: 1 });
  });

  test('while its workers are there, is waited for: the others are about to go', async () => {
    expect(await run({ state: {}, polled: true, takesOverAfter: 3 })).toMatchObject({ outcome: 'current', looks: 4 });
  });

  test('whose workers went a moment ago, is waited for no longer than told', async () => {
    expect(await run({ state: {}, polled: true }, 1)).toMatchObject({ outcome: 'awaited', wanted: 'new' });
  });
});
