import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { Secrets } from './secrets.ts';

/** What every engine is given: where its files go, and whom to tell what takes long. */
export interface EngineContext {
  stateDir: string;
  secrets: Secrets;
  progress: Progress;
}

export function engineDir(context: EngineContext, name: string): string {
  return join(context.stateDir, name);
}

/** How a client reaches PostgreSQL as somebody. */
export interface PostgresAddress {
  host: string;
  port: number;
}

export function postgresUrl(address: PostgresAddress, user: string, password: string, database: string): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@${address.host}:${address.port}/${database}`;
}
