import type { Background } from '@nexus/service-kit';
import type { IdentityDeps } from '../deps.ts';
import { claimUnsettled } from '../tenant/tenant.repository.ts';

const SWEEP_MS = 2_000;
const BATCH = 20;
/** A provisioning that was looked at is left alone this long. */
const PAUSE_SECONDS = 15;
/** Rows of the shared schema that have served their time, removed now and then. */
const TIDY_EVERY_SWEEPS = 30;
const TIDY = [
  'DELETE FROM terminal_nonce WHERE expires_at < now()',
  `DELETE FROM enrolment_code WHERE expires_at < now() - interval '7 days'`,
  `DELETE FROM revocation WHERE not_before < now() - interval '1 day'`,
];

/**
 * Starts the workflow of every tenant whose provisioning has not ended: those reserved while Temporal was away, and those
 * whose workflow was lost with Temporal's database. A workflow that runs is found, not started twice.
 */
export async function sweepOnce(deps: IdentityDeps): Promise<void> {
  const due = await deps.db.shared((tx) => claimUnsettled(tx, BATCH, PAUSE_SECONDS));
  for (const tenant of due) await deps.startProvisioning(tenant);
}

const tidy = async ({ db }: IdentityDeps): Promise<void> => {
  for (const statement of TIDY) await db.shared((tx) => tx.query(statement));
};

/**
 * Sweeps until stopped, at once when a tenant was reserved here; what fails is tried again at the next turn, and said when
 * it begins and when it ends.
 */
export function createSweeper(deps: IdentityDeps): Background {
  let sweeping = Promise.resolve();
  let failing = false;
  let stopped = false;
  const turn = async (number: number): Promise<void> => {
    try {
      await sweepOnce(deps);
      if (number % TIDY_EVERY_SWEEPS === 0) await tidy(deps);
      if (failing) deps.logger.info('the sweep for unfinished provisionings works again');
      failing = false;
    } catch (error) {
      if (!failing) deps.logger.warn({ err: error }, 'the sweep for unfinished provisionings failed; trying again');
      failing = true;
    }
  };
  const sweep = async (): Promise<void> => {
    for (let number = 0; !stopped; number += 1) {
      await turn(number);
      if (!stopped) await deps.reserved.next(SWEEP_MS);
    }
  };
  return {
    start: () => {
      sweeping = sweep();
    },
    stop: async () => {
      stopped = true;
      deps.reserved.ring();
      await sweeping;
    },
  };
}
