import { NexusError } from '@nexus/contracts';
import type { Logger } from '@nexus/telemetry';
import { createApp } from './create-app.ts';
import type { Health } from './health.ts';
import { serve, type HttpService, type ServeOptions } from './serve.ts';

export interface ProbesOptions extends ServeOptions {
  readonly service: string;
  readonly logger: Logger;
  readonly health: Health;
  readonly stopping: AbortSignal;
}

/** HTTP of a process that answers nobody but its prober: `/livez`, `/startupz`, `/readyz`. */
export function serveProbes(options: ProbesOptions): Promise<HttpService> {
  const { service, logger, health, stopping } = options;
  const verifier = { verify: () => Promise.reject(new NexusError('NX-2002')), stillValid: () => false };
  return serve(createApp({ service, routes: [], logger, health, stopping, verifier }), options);
}
