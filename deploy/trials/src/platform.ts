import {
  createTenant,
  deadlineIn,
  httpAudits,
  operatorAccess,
  OperatorSession,
  prove,
  readConfig,
  type Proof,
  type TenantSession,
} from '@nexus/cli';
import { enginesDir, readPartialEnginesState, status, up, type ProcessStatus, type Running } from '@nexus/local';
import { waitFor } from '@nexus/testkit';
import { config } from './config.ts';

export interface NewChain {
  readonly country: string;
  readonly currency: string;
  readonly ownerEmail?: string;
}

/** The running platform, as trials use and break it. */
export interface TrialPlatform extends Running {
  readonly session: OperatorSession;
  readonly processes: () => ProcessStatus[];
  /** A new chain of its own, and the operator inside it. */
  readonly chain: (name: string, where?: NewChain) => Promise<TenantSession>;
  readonly prove: (tenant: TenantSession) => Promise<Proof>;
  /** Kills a process as a power cut would; returns when the launcher has it running again. */
  readonly kill9: (name: string) => Promise<void>;
}

/** Keycloak alone takes minutes on a machine that is busy with all that was killed with it. */
const RESTART_TIMEOUT_MS = 600_000;
const PROVE_TIMEOUT_MS = 300_000;

/**
 * Joins the platform in the state folder, or starts it there: every service a process of its own, `pooled` behind
 * PgBouncer. One that runs in the other mode is restarted.
 */
export async function trialPlatform({ pooled = false }: { readonly pooled?: boolean } = {}): Promise<TrialPlatform> {
  const { stateDir } = config;
  const told = readPartialEnginesState(enginesDir(stateDir)) !== undefined;
  const running = await up({
    stateDir,
    split: true,
    pooled,
    logLevel: 'warn',
    ...(told ? {} : { ports: { edge: config.edgePort } }),
  });
  const session = new OperatorSession(operatorAccess(readConfig({ ...process.env, NEXUS_STATE_DIR: stateDir })));
  const processes = (): ProcessStatus[] => status({ stateDir });
  return {
    ...running,
    session,
    processes,
    chain: async (name, where = { country: 'GB', currency: 'GBP' }) => {
      const { slug } = await createTenant(session, { name, ownerEmail: 'owner@trial.test', ...where });
      return session.enter(slug);
    },
    prove: ({ api, tenant }) => prove(httpAudits(api), tenant, deadlineIn(PROVE_TIMEOUT_MS)),
    kill9: async (name) => {
      const before = processes().find((one) => one.name === name);
      if (typeof before?.pid !== 'number') return; // it is down already: the one before hit it as well
      process.kill(before.pid, 'SIGKILL');
      await waitFor(
        () => {
          const now = processes().find((one) => one.name === name);
          return now?.state === 'running' && now.pid !== before.pid;
        },
        { what: `${name} to run again`, timeoutMs: RESTART_TIMEOUT_MS },
      );
    },
  };
}
