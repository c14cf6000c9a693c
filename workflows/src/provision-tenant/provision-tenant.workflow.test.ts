import { SERVICES } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { ProvisioningBench, type Act } from './testing/bench.ts';
import { ProvisioningWorld } from './testing/world.ts';

jest.setTimeout(180_000);

let bench: ProvisioningBench;
beforeAll(async () => {
  bench = await ProvisioningBench.open();
}, 120_000);
afterAll(() => bench?.close());

const provision = (world: ProvisioningWorld, act?: Act) => bench.provision(world, act);

const STEPS = [
  'createOrganization',
  'createOwner',
  ...SERVICES.map((service) => `createTenantSchema ${service}`),
  'writeDefaults',
];
const ALL = ['organization', 'owner', ...SERVICES.map((service) => `schema ${service}`)];

describe('provisionTenant', () => {
  test('makes everything and then says that the tenant is ready', async () => {
    const { world, result } = await provision(new ProvisioningWorld());
    expect(result).toEqual({ outcome: 'ready' });
    expect(world.state).toBe('ready');
    expect([...world.made].sort()).toEqual([...ALL].sort());
    expect(world.calls.at(-1)).toBe('markTenantReady');
  });

  test('outlives engines that are away for a while, at every step', async () => {
    const { world, result } = await provision(new ProvisioningWorld({ hiccups: 3 }));
    expect(result).toEqual({ outcome: 'ready' });
    expect([...world.made].sort()).toEqual([...ALL].sort());
  });

  for (const step of STEPS) {
    for (const fault of ['before', 'after'] as const) {
      test(`${step} fails for good ${fault} its effect: nothing is left, however often the engines hiccup`, async () => {
        const { world, result } = await provision(new ProvisioningWorld({ step, fault, hiccups: 2 }));
        expect(result).toEqual({ outcome: 'failed' });
        expect([...world.made]).toEqual([]);
        expect(world.state).toBe('failed');
        expect(world.reason).toContain(`${step}: refused`);
        expect(world.calls.at(-1)).toBe('markTenantFailed');
        expect(world.calls).not.toContain('markTenantReady');
      });
    }
  }

  test('a step that never works is given up after a quarter of an hour', async () => {
    const { world, result } = await provision(new BrokenOwner());
    expect(result).toEqual({ outcome: 'failed' });
    expect([...world.made]).toEqual([]);
  });

  test('an undo that says it can never work is tried again until it does', async () => {
    const { world, result } = await provision(new StubbornUndo());
    expect(result).toEqual({ outcome: 'failed' });
    expect([...world.made]).toEqual([]);
  });

  test('cancelled half-way: undone like a failure', async () => {
    const world = new StuckOwner();
    const { result } = await provision(world, (handle) => world.reached.then(() => handle.cancel()));
    expect(result).toEqual({ outcome: 'failed' });
    expect([...world.made]).toEqual([]);
    expect(world.state).toBe('failed');
  });

  for (const state of ['ready', 'failed'] as const) {
    test(`a late second run leaves a tenant that is ${state} alone`, async () => {
      const world = new ProvisioningWorld();
      world.state = state;
      const { result } = await provision(world);
      expect(result).toEqual({ outcome: 'settled' });
      expect(world.calls).toEqual([]);
    });
  }
});

/** The owner can never be made. */
class BrokenOwner extends ProvisioningWorld {
  override activities(): Map<string, object> {
    const activities = super.activities();
    const createOwner = () => Promise.reject(new Error('no answer'));
    return activities.set('identity', { ...activities.get('identity'), createOwner });
  }
}

/** The organization's undo refuses twice as if for good. */
class StubbornUndo extends ProvisioningWorld {
  #refusals = 2;

  constructor() {
    super({ step: 'createOwner', fault: 'after' });
  }

  override activities(): Map<string, object> {
    const activities = super.activities();
    const identity = activities.get('identity') as { deleteOrganization: () => Promise<void> };
    const deleteOrganization = () =>
      this.#refusals-- > 0 ? Promise.reject(ApplicationFailure.nonRetryable('not now')) : identity.deleteOrganization();
    return activities.set('identity', { ...identity, deleteOrganization });
  }
}

/** Making the owner takes effect and then says nothing until the workflow is cancelled. */
class StuckOwner extends ProvisioningWorld {
  readonly reached: Promise<void>;
  #reach: () => void = () => undefined;

  constructor() {
    super();
    this.reached = new Promise((resolve) => (this.#reach = resolve));
  }

  override activities(): Map<string, object> {
    const activities = super.activities();
    const createOwner = () => {
      this.made.add('owner');
      this.#reach();
      return Promise.reject(new Error('no answer'));
    };
    return activities.set('identity', { ...activities.get('identity'), createOwner });
  }
}
