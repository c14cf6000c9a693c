import { describe, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { waitFor } from '@nexus/testkit';
import { VersionKeeper, type WantedBy } from './version-keeper.ts';
import type { DeploymentState } from './worker-deployment.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const OWN = 'own';

/** Temporal as far as a keeper sees it; refuses as it does. */
class Deployment {
  state: DeploymentState | undefined;
  looks = 0;
  readonly calls: string[] = [];

  constructor(state: Partial<DeploymentState> | undefined) {
    this.state =
      state === undefined
        ? undefined
        : { current: undefined, wanted: undefined, settled: true, known: [OWN], ...state };
  }

  describe(): Promise<DeploymentState | undefined> {
    this.looks += 1;
    return Promise.resolve(this.state);
  }

  want(wanted: string): Promise<boolean> {
    this.calls.push('want');
    if (this.state !== undefined) this.state = { ...this.state, wanted };
    return Promise.resolve(this.state !== undefined);
  }

  makeCurrent(current: string): Promise<void> {
    this.calls.push('make current');
    if (this.state?.wanted !== current) return Promise.reject(new Error('refused'));
    this.state = { ...this.state, current };
    return Promise.resolve();
  }
}

/** Lets a keeper look for a while, with things that happen meanwhile. */
async function keep(wantedBy: WantedBy, deployment: Deployment, ...happens: (() => void)[]): Promise<boolean> {
  const keeper = new VersionKeeper({ buildId: OWN, wantedBy, logger, watchMs: 1 });
  const stop = new AbortController();
  const running = keeper.run(deployment, stop.signal);
  for (const happen of [() => undefined, ...happens]) {
    happen();
    const { looks } = deployment;
    await waitFor(() => deployment.looks > looks + 4);
  }
  stop.abort();
  await running;
  return keeper.isCurrent();
}

const CASES: [string, WantedBy, Partial<DeploymentState>, string[], boolean][] = [
  ['the first release', 'release', {}, ['want', 'make current'], true],
  ['the one that is wanted', 'release', { wanted: OWN, current: 'old' }, ['make current'], true],
  ['current already', 'release', { wanted: OWN, current: OWN }, [], true],
  ['current, another one is wanted', 'release', { wanted: 'new', current: OWN }, [], true],
  ['an old one', 'release', { wanted: 'new', current: 'new' }, [], false],
  ['an old one, the new one not there yet', 'release', { wanted: 'new', current: 'older' }, [], false],
  ['one that nobody named', 'release', { current: 'old' }, [], false],
  ['not seen by Temporal yet', 'release', { wanted: OWN, known: [] }, [], false],
  ['the last one started', 'self', { wanted: 'old', current: 'old' }, ['want', 'make current'], true],
  ['after workers that named nobody', 'self', { current: 'old' }, ['want', 'make current'], true],
  ['started again', 'self', { wanted: OWN, current: OWN }, [], true],
];

describe('a build', () => {
  test.each(CASES)('%s (%s)', async (_what, wantedBy, state, calls, isCurrent) => {
    const deployment = new Deployment(state);
    expect(await keep(wantedBy, deployment)).toBe(isCurrent);
    expect(deployment.calls).toEqual(calls);
  });

  test('waits until Temporal has heard of it', async () => {
    const deployment = new Deployment(undefined);
    const heard = () => {
      deployment.state = { current: undefined, wanted: undefined, settled: true, known: [OWN] };
    };
    expect(await keep('release', deployment, heard)).toBe(true);
  });

  test('does not have the work before every queue knows, and keeps it until another one is current', async () => {
    expect(await keep('release', new Deployment({ wanted: OWN, current: OWN, settled: false }))).toBe(false);
    const deployment = new Deployment({ wanted: OWN, current: OWN });
    const releasing = () => {
      deployment.state = { wanted: 'new', current: OWN, settled: false, known: [OWN, 'new'] };
    };
    expect(await keep('release', deployment, releasing)).toBe(true);
  });

  test('gives way, and comes back when its release is rolled back', async () => {
    const deployment = new Deployment({ wanted: OWN, current: OWN });
    const released = () => {
      deployment.state = { wanted: 'new', current: 'new', settled: true, known: [OWN, 'new'] };
    };
    expect(await keep('release', deployment, released)).toBe(false);
    const rolledBack = () => void deployment.want(OWN);
    expect(await keep('release', deployment, released, rolledBack)).toBe(true);
  });

  test('started last claims the work once: what comes later keeps it', async () => {
    const deployment = new Deployment({});
    const later = () => {
      deployment.state = { wanted: 'later', current: 'later', settled: true, known: [OWN, 'later'] };
    };
    expect(await keep('self', deployment, later)).toBe(false);
    expect(deployment.calls).toEqual(['want', 'make current']);
  });

  test('on a laptop finds its way after Temporal was made anew', async () => {
    const deployment = new Deployment({ wanted: OWN, current: OWN });
    const anew = () => {
      deployment.state = { wanted: undefined, current: undefined, settled: true, known: [OWN] };
    };
    expect(await keep('self', deployment, anew)).toBe(true);
    expect(deployment.state).toMatchObject({ wanted: OWN, current: OWN });
  });

  test('goes on after Temporal was away, and has what it had meanwhile', async () => {
    const deployment = new Deployment({ wanted: OWN, current: OWN });
    const { describe: answer } = deployment;
    let away = false;
    deployment.describe = () =>
      away ? ((deployment.looks += 1), Promise.reject(new Error('away'))) : answer.call(deployment);
    const goes = () => void (away = true);
    const returns = () => void (away = false);
    expect(await keep('release', deployment, goes)).toBe(true);
    expect(await keep('release', deployment, returns)).toBe(true);
  });
});
