import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, createMetrics } from '@nexus/telemetry';
import type { EdgeConfig } from './config.ts';
import { startEdge, type Edge } from './edge.ts';

/** What every edge of a suite measures. */
export const metrics = createMetrics();
const logger = createLogger({ service: 'edge', level: 'silent' });

type Particular = Pick<EdgeConfig, 'keycloakUrl' | 'services'> & Partial<EdgeConfig>;
/** An edge on a free port of 127.0.0.1. */
export const start = (particular: Particular): Promise<Edge> =>
  startEdge({
    config: {
      ...{ host: '127.0.0.1', port: 0, staticDir: undefined, trustProxy: [] },
      ...{ idleTimeoutMs: 3_000, drainMs: 0, stopGraceMs: 200 },
      ...particular,
    },
    logger,
    metrics,
  });

/** Listens on a free port; its origin. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
