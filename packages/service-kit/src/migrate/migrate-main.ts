import type { Env } from '../service/service-env.ts';
import type { StandardDefinition } from '../service/standard-service.ts';
import { runMigrate } from './run-migrate.ts';

/** `await migrateMain(service, environment)`: the whole of a service's `migrate.ts`. Ends the process. */
export async function migrateMain(
  service: Pick<StandardDefinition<unknown>, 'name' | 'createProvisioner'>,
  env: Env,
): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => stopping.abort(new Error(`told to stop by ${signal}`)));
  process.exitCode = await runMigrate(service, {
    args: process.argv.slice(2),
    env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stopping: stopping.signal,
  });
}
