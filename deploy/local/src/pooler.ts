import type { PostgresAddress } from './engines/context.ts';
import type { EnginesState } from './engines/state.ts';
import { LauncherError } from './launcher-error.ts';

/** Where PgBouncer of a running set of engines listens; an error when the set was started without it. */
export function requirePooler({ pgbouncer }: Pick<EnginesState, 'pgbouncer'>): PostgresAddress {
  if (pgbouncer !== undefined) return pgbouncer;
  throw new LauncherError(
    'The engines that run were started without PgBouncer.',
    'Stop them (`npx nexus down`) and start again: what is installed by then is started too.',
  );
}
