import type { ServiceName } from '../services.ts';

/** Task queue of the workflow worker; each service's activities poll the queue of the service's own name. */
export const WORKFLOW_TASK_QUEUE = 'workflows';
export const activityQueue = (service: ServiceName): string => service;

export const provisionTenantId = (tenantId: string): string => `provision/${tenantId}`;
export const replayTerminalId = (tenant: string, terminal: string): string => `replay/${tenant}/${terminal}`;
export const reconcileBranchId = (tenant: string, branch: string): string => `reconcile/${tenant}/${branch}`;

/** Signal that wakes `replayTerminal`: it carries nothing, the database says what there is to do. */
export const WAKE_SIGNAL = 'wake';

/** Input of `provisionTenant`: only ids; the owning row in identity has the rest. */
export interface ProvisionTenantInput {
  readonly tenantId: string;
  /** Everything made carries this id; the undo removes only that. */
  readonly provisioningId: string;
}
export interface ReplayTerminalInput {
  readonly tenantId: string;
  readonly terminalId: string;
}
export interface ReconcileBranchInput {
  readonly tenantId: string;
  readonly branchId: string;
}

/** Activities that every service with tenant schemas has, on its own queue. */
export interface TenancyActivities {
  /** Makes role and schema of a tenant and brings the schema up. Idempotent. */
  createTenantSchema(input: ProvisionTenantInput): Promise<void>;
  /** Removes role and schema if they were made under this provisioning id. Idempotent. */
  dropTenantSchema(input: ProvisionTenantInput): Promise<void>;
}

/** Activities of identity for `provisionTenant`. Each is idempotent and checks the owning row first. */
export interface IdentityProvisioningActivities extends TenancyActivities {
  /** Returns false when the tenant is ready already (a late second run) or was given up. */
  beginProvisioning(input: ProvisionTenantInput): Promise<boolean>;
  createOrganization(input: ProvisionTenantInput): Promise<void>;
  deleteOrganization(input: ProvisionTenantInput): Promise<void>;
  createOwner(input: ProvisionTenantInput): Promise<void>;
  deleteOwner(input: ProvisionTenantInput): Promise<void>;
  writeDefaults(input: ProvisionTenantInput): Promise<void>;
  markTenantReady(input: ProvisionTenantInput): Promise<void>;
  markTenantFailed(input: ProvisionTenantInput & { reason: string }): Promise<void>;
}

/**
 * What `replayTerminal` does, as local activities of the workflow worker: each asks the service that knows over NATS
 * (rpc/replay-rpc.ts), may be done again, and leaves no task of its own in Temporal.
 */
export interface ReplayActivities {
  /** Says which services have entries to take and, if entries wait behind a gap, for how long the workflow should sleep. */
  prepareReplay(input: ReplayTerminalInput): Promise<{ consumers: ServiceName[]; waitMs: number | null }>;
  /** Has a service apply what lies after its own cursor; gives the cursor. */
  applyJournal(input: ReplayTerminalInput & { service: ServiceName }): Promise<ReplayPassed>;
  /** Notes which consumers have passed. */
  settleReplay(input: ReplayTerminalInput & { passed: readonly ReplayPassed[] }): Promise<ReplaySettled>;
}
export interface ReplaySettled {
  /** Every consumer has passed everything: the run may end. */
  readonly clean: boolean;
  /**
   * How long the run may sleep unless it is woken, where what is left is little and more is on its way; 0: there is more
   * to do at once; null: nothing but what `prepareReplay` said.
   */
  readonly waitMs: number | null;
}
export interface ReplayPassed {
  readonly service: ServiceName;
  readonly epoch: number;
  readonly number: number;
}

/** Activity for `reconcileBranch`, in sales: proves invariant 7 for the branch and files what differs. */
export interface ReconcileActivities {
  reconcileBranch(input: ReconcileBranchInput): Promise<{ checked: number; differences: number }>;
}
