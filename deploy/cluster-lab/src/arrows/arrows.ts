import { SERVICES } from '@nexus/contracts';
import { PROCESSES, settingsOf, type ProcessName, type Setting } from './settings.ts';

export const ENGINES = ['postgres', 'nats', 'temporal', 'keycloak', 'collector'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Who opens a connection to whom. */
export interface Arrow {
  readonly from: ProcessName;
  readonly to: ProcessName | EngineName;
  /** The setting that holds the address: without it there is no such arrow. */
  readonly names: readonly string[];
  /** `pooled`: PgBouncer may stand between. */
  readonly pooled?: boolean;
}

/**
 * Settings that hold an address, and what stands at it. A setting that looks like an address and is not in this table
 * fails the tests: whoever gives a process somebody new to talk to has to say so here, and the chart has to allow it.
 */
const ADDRESSES: Readonly<Record<string, { readonly to: EngineName; readonly pooled?: boolean }>> = {
  NEXUS_DATABASE_URL: { to: 'postgres', pooled: true },
  NEXUS_PROVISIONER_DATABASE_URL: { to: 'postgres' },
  NEXUS_NATS_URL: { to: 'nats' },
  NEXUS_TEMPORAL_ADDRESS: { to: 'temporal' },
  NEXUS_KEYCLOAK_URL: { to: 'keycloak' },
  NEXUS_OTLP_URL: { to: 'collector' },
};

const LOOKS_LIKE_ADDRESS = /_(URL|ADDRESS|UPSTREAM(_[A-Z]+)?|HOSTS?|SERVERS?|ENDPOINT|BROKERS?)$/;
/** Where a process itself listens. */
const LISTENS = new Set(['NEXUS_HTTP_HOST', 'NEXUS_METRICS_HOST']);
const UPSTREAM = /^NEXUS_EDGE_UPSTREAM_(.+)$/;

/** The arrows that the processes' own settings tell of: who is told nobody's address talks to nobody. */
export const arrowsOfCode = (): readonly Arrow[] =>
  PROCESSES.flatMap((process) => arrowsFrom(process, settingsOf(process)));

export function arrowsFrom(from: ProcessName, settings: readonly Setting[]): readonly Arrow[] {
  return settings.flatMap(({ names }): Arrow[] => {
    const [name] = names;
    const engine = ADDRESSES[name];
    if (engine !== undefined) return [{ from, names, ...engine }];
    const service = SERVICES.find((candidate) => candidate === UPSTREAM.exec(name)?.[1]?.toLowerCase());
    if (service !== undefined) return [{ from, names, to: service }];
    if (LOOKS_LIKE_ADDRESS.test(name) && !LISTENS.has(name)) {
      throw new Error(`${from} reads ${name}: say in ADDRESSES what stands at that address`);
    }
    return [];
  });
}
