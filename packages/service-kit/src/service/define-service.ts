import type { Neighbours } from '@nexus/messaging';
import type { Logger, Metrics } from '@nexus/telemetry';
import type { z } from 'zod';
import { serviceEnv, variableName, type Env } from './service-env.ts';

/** What a service is given to start with. */
export interface ServiceRuntime<C> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly version: string;
  /** What this process measures of itself; one for all of its services. */
  readonly metrics?: Metrics;
  /** The other services of this process, where it holds several. */
  readonly neighbours?: Neighbours;
  /** Aborted when the process was told to stop: not ready from now on. */
  readonly stopping: AbortSignal;
}

export interface RunningService {
  /** Address at which it listens, where it does. */
  readonly url?: string;
  /** Finishes what is in hand, in order, within its grace. Called once. */
  stop(): Promise<void>;
}

export interface ServiceDefinition<C = unknown> {
  readonly name: string;
  /** Settings in camel case; see `serviceEnv`. */
  readonly config: z.ZodType<C>;
  readonly start: (runtime: ServiceRuntime<C>) => Promise<RunningService>;
}

export const defineService = <C>(definition: ServiceDefinition<C>): ServiceDefinition<C> => definition;

/** A definition whatever its settings, as a process runs it. */
export interface AnyService {
  readonly name: string;
  /** Reads the settings now, so that a wrong one is told before anything starts. */
  readonly prepare: (env: Env) => (runtime: Omit<ServiceRuntime<unknown>, 'config'>) => Promise<RunningService>;
}

export const anyService = <C>(definition: ServiceDefinition<C>): AnyService => ({
  name: definition.name,
  prepare: (env) => {
    const config = readConfig(definition, env);
    return (runtime) => definition.start({ ...runtime, config });
  },
});

/** A configuration that is not usable; the message names each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function readConfig<C>(definition: Pick<ServiceDefinition<C>, 'name' | 'config'>, env: Env): C {
  const parsed = definition.config.safeParse(serviceEnv(definition.name, env));
  if (parsed.success) return parsed.data;
  // Only names and rules: values may be secrets.
  const lines = parsed.error.issues.map((issue) => `  ${variableName(String(issue.path[0] ?? ''))}: ${issue.message}`);
  throw new ConfigError(`${definition.name} cannot start with these settings:\n${lines.join('\n')}`);
}
