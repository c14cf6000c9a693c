import {
  activityQueue,
  SERVICES,
  type IdentityProvisioningActivities,
  type ProvisionTenantInput,
  type ServiceName,
  type TenancyActivities,
} from '@nexus/contracts';
import { ApplicationFailure } from '@temporalio/common';

/** Where a step goes wrong: before its effect, or after it, when the answer gets lost. */
export type Fault = 'before' | 'after';
export interface Faults {
  /** A step that fails for good. */
  readonly step?: string;
  readonly fault?: Fault;
  /** Every activity fails this often before it works. */
  readonly hiccups?: number;
}

/** What the activities would have made, for tests of the workflow: a model of the engines, with faults. */
export class ProvisioningWorld {
  readonly made = new Set<string>();
  readonly calls: string[] = [];
  state: 'reserved' | 'provisioning' | 'ready' | 'failed' = 'reserved';
  reason: string | undefined;
  readonly #faults: Faults;
  readonly #hiccups = new Map<string, number>();

  constructor(faults: Faults = {}) {
    this.#faults = faults;
  }

  /** Activities by task queue. */
  activities(): Map<string, object> {
    return new Map(
      SERVICES.map((service) => [
        activityQueue(service),
        service === 'identity' ? { ...this.#tenancy(service), ...this.#identity() } : this.#tenancy(service),
      ]),
    );
  }

  #tenancy(service: ServiceName): TenancyActivities {
    const schema = `schema ${service}`;
    return {
      createTenantSchema: () => this.#step(`createTenantSchema ${service}`, () => this.made.add(schema)),
      dropTenantSchema: () => this.#step(`dropTenantSchema ${service}`, () => this.made.delete(schema)),
    };
  }

  #identity(): Omit<IdentityProvisioningActivities, keyof TenancyActivities> {
    return {
      beginProvisioning: async () => {
        if (this.state === 'ready' || this.state === 'failed') return false;
        await this.#step('beginProvisioning', () => (this.state = 'provisioning'));
        return true;
      },
      createOrganization: () => this.#step('createOrganization', () => this.made.add('organization')),
      deleteOrganization: () => this.#step('deleteOrganization', () => this.made.delete('organization')),
      createOwner: () => this.#step('createOwner', () => this.made.add('owner')),
      deleteOwner: () => this.#step('deleteOwner', () => this.made.delete('owner')),
      writeDefaults: () => this.#step('writeDefaults', () => undefined),
      markTenantReady: () => this.#step('markTenantReady', () => (this.state = 'ready')),
      markTenantFailed: ({ reason }: ProvisionTenantInput & { reason: string }) =>
        this.#step('markTenantFailed', () => {
          this.state = 'failed';
          this.reason = reason;
        }),
    };
  }

  #step(name: string, effect: () => unknown): Promise<void> {
    const { step, fault, hiccups = 0 } = this.#faults;
    this.calls.push(name);
    const seen = this.#hiccups.get(name) ?? 0;
    this.#hiccups.set(name, seen + 1);
    if (seen < hiccups) return Promise.reject(new Error(`${name}: the engine is away`));
    const failure = ApplicationFailure.nonRetryable(`${name}: refused`);
    if (name === step && fault === 'before') return Promise.reject(failure);
    effect();
    return name === step ? Promise.reject(failure) : Promise.resolve();
  }
}
