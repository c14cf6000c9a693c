import { setTimeout as sleep } from 'node:timers/promises';
import { NexusError } from '@nexus/contracts';
import { isUnavailable, type Provisioner } from '@nexus/tenancy-db';
import { z } from 'zod';
import { ConfigError, readConfig } from '../service/define-service.ts';
import type { Env } from '../service/service-env.ts';
import { count, secret } from '../service/standard-config.ts';
import type { StandardDefinition } from '../service/standard-service.ts';
import { readArguments, usage, UsageError, type MigrateArguments } from './arguments.ts';
import { inJson, inWords, type Report } from './report.ts';

export const migrateConfig = z.object({
  provisionerDatabaseUrl: secret,
  /** How long a database that is away is waited for. */
  migrateWaitMs: count(0, 3_600_000).default(60_000),
});
type MigrateConfig = z.output<typeof migrateConfig>;

export interface MigrateProcess {
  readonly args: readonly string[];
  readonly env: Env;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborted when it is told to stop: after the tenant in hand it breaks off. */
  readonly stopping: AbortSignal;
}

const [DONE, FAILED, MISUSED] = [0, 1, 2] as const;
/** Tenants between two lines of progress. */
const PROGRESS_EVERY = 25;
const PAUSE_MS = 1_000;

/** What `services/x/src/migrate.ts` does: the release's hook and the runner for tenants. Gives the exit code. */
export async function runMigrate(
  service: Pick<StandardDefinition<unknown>, 'name' | 'createProvisioner'>,
  host: MigrateProcess,
): Promise<number> {
  try {
    const args = readArguments(host.args);
    if (args.help) {
      host.out(usage(service.name));
      return DONE;
    }
    const config = readConfig({ name: service.name, config: migrateConfig }, host.env);
    return await migrate(service, args, config, host);
  } catch (error) {
    if (error instanceof UsageError) host.err(`${error.message}\n\n${usage(service.name)}`);
    else if (error instanceof ConfigError) host.err(`${error.message}\n`);
    else throw error;
    return MISUSED;
  }
}

async function migrate(
  service: Pick<StandardDefinition<unknown>, 'name' | 'createProvisioner'>,
  args: MigrateArguments,
  config: MigrateConfig,
  { out, err, stopping }: MigrateProcess,
): Promise<number> {
  const report: Report = args.json ? inJson(service.name, out) : inWords(service.name, out, err);
  const provisioner = service.createProvisioner(config.provisionerDatabaseUrl.expose());
  try {
    if (args.shared) {
      await patiently(config.migrateWaitMs, stopping, () => provisioner.migrateShared());
      report.shared();
    }
    if (!args.tenants) return DONE;
    return await migrateTenants(provisioner, report, config, stopping);
  } catch (error) {
    report.brokenOff(error);
    return FAILED;
  } finally {
    await provisioner.close();
  }
}

async function migrateTenants(
  provisioner: Provisioner,
  report: Report,
  config: MigrateConfig,
  stopping: AbortSignal,
): Promise<number> {
  const onProgress = (done: number): void => {
    if (done % PROGRESS_EVERY === 0 || stopping.aborted) report.progress(done);
    stopping.throwIfAborted();
  };
  const { migrated, failed } = await patiently(config.migrateWaitMs, stopping, () =>
    provisioner.migrateTenants(onProgress),
  );
  report.tenants(migrated, failed);
  return failed.length === 0 ? DONE : FAILED;
}

/** Tries again while the database is away: a release may be rolled out while it fails over. */
async function patiently<T>(waitMs: number, stopping: AbortSignal, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + waitMs;
  for (;;) {
    stopping.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const away = isUnavailable(error) || (error instanceof NexusError && error.code === 'NX-3001');
      if (!away || performance.now() + PAUSE_MS > until) throw error;
      await sleep(PAUSE_MS, undefined, { signal: stopping });
    }
  }
}
