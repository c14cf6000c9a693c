export interface FailedTenant {
  readonly tenantId: string;
  readonly reason: string;
}

/** What a migration tells while it runs. */
export interface Report {
  shared(): void;
  progress(done: number): void;
  tenants(migrated: number, failed: readonly FailedTenant[]): void;
  brokenOff(error: unknown): void;
}

const MAX_REASON = 500;
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);

/** For a person: progress on standard output, what failed on standard error. */
export const inWords = (service: string, out: (text: string) => void, err: (text: string) => void): Report => ({
  shared: () => out(`${service}: the shared schema is up to date\n`),
  progress: (done) => out(`${service}: ${done} tenants looked after\n`),
  tenants(migrated, failed) {
    for (const { tenantId, reason } of failed) err(`${service}: tenant ${tenantId} failed: ${reason}\n`);
    out(`${service}: ${migrated} tenants brought up to date, ${failed.length} failed\n`);
  },
  brokenOff: (error) => err(`${service}: broken off, run it again: ${reasonOf(error)}\n`),
});

/** For a program: one object a line, each with `service` and `event`. */
export function inJson(service: string, out: (text: string) => void): Report {
  const tell = (event: string, fields: object = {}): void => out(`${JSON.stringify({ service, event, ...fields })}\n`);
  return {
    shared: () => tell('shared'),
    progress: (done) => tell('progress', { done }),
    tenants: (migrated, failed) => tell('tenants', { migrated, failed }),
    brokenOff: (error) => tell('broken-off', { reason: reasonOf(error) }),
  };
}
