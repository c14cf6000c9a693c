import { isAlive } from '../process/identity.ts';
import { RunRecords } from '../process/run-records.ts';
import type { ProcessSpec } from '../process/spec.ts';
import type { Progress } from '../progress.ts';
import type { ProcessStatus } from '../supervisor.ts';
import type { EngineContext } from './context.ts';
import { keycloakEngine, type KeycloakEngine } from './keycloak.ts';
import { OPERATOR_USERNAME, PLATFORM_ORGANIZATION, REALM } from './keycloak-realm.ts';
import { natsEngine } from './nats.ts';
import { configuredEngines, withNeeded, ENGINE_NAMES, type EngineName, type EngineOptions } from './options.ts';
import { findPgBouncer, pgBouncerEngine } from './pgbouncer.ts';
import { postgresEngine, type PostgresEngine } from './postgres.ts';
import { RememberedPorts } from './remembered-ports.ts';
import { Secrets } from './secrets.ts';
import type { PartialEnginesState } from './state.ts';
import { temporalEngine } from './temporal.ts';
import { TEMPORAL_PORT_NAMES, type TemporalPorts } from './temporal-config.ts';
import { temporalUiEngine } from './temporal-ui.ts';

export const NAMESPACE = 'nexus';

export interface EngineSet {
  specs: ProcessSpec[];
  /** The addresses and logins, once everything is ready. */
  state(processes: readonly ProcessStatus[]): PartialEnginesState;
}

/** Everything that one state folder's engines are made of: ports, passwords, and how each process is started. */
export async function composeEngines(stateDir: string, options: EngineOptions, progress: Progress): Promise<EngineSet> {
  const context: EngineContext = { stateDir, progress, secrets: new Secrets(stateDir) };
  const wanted = await wantedEngines(options.only);
  const records = new RunRecords(stateDir);
  const ports = new RememberedPorts(stateDir, (owner) => {
    const record = records.read(owner);
    return record !== undefined && isAlive(record);
  });
  const set = await new Composer(context, options, wanted, ports).compose();
  ports.save();
  return set;
}

async function wantedEngines(only: readonly EngineName[] | undefined): Promise<Set<EngineName>> {
  if (only) return withNeeded(only);
  const all = new Set<EngineName>(ENGINE_NAMES);
  if ((await findPgBouncer()) === undefined) all.delete('pgbouncer');
  return all;
}

type StatePart = () => Partial<PartialEnginesState>;

class Composer {
  readonly #context: EngineContext;
  readonly #options: EngineOptions;
  readonly #wanted: Set<EngineName>;
  readonly #ports: RememberedPorts;
  readonly #configured = configuredEngines();
  readonly #specs: ProcessSpec[] = [];
  readonly #parts: StatePart[] = [];

  constructor(context: EngineContext, options: EngineOptions, wanted: Set<EngineName>, ports: RememberedPorts) {
    this.#context = context;
    this.#options = options;
    this.#wanted = wanted;
    this.#ports = ports;
  }

  async compose(): Promise<EngineSet> {
    const postgres = this.#wanted.has('postgres') ? await this.#postgres() : undefined;
    if (this.#wanted.has('nats')) await this.#nats();
    if (postgres && this.#wanted.has('temporal')) await this.#temporal(postgres);
    if (postgres && this.#wanted.has('keycloak')) await this.#keycloak(postgres);
    if (postgres && this.#wanted.has('pgbouncer')) await this.#pgbouncer(postgres);
    const { edgeOrigin } = this.#options;
    return {
      specs: this.#specs,
      state: (processes) => ({
        version: 1,
        edgeOrigin,
        ...this.#parts.reduce<Partial<PartialEnginesState>>((all, part) => ({ ...all, ...part() }), {}),
        processes: processes.map(({ name, pid }) => ({ name, pid })),
      }),
    };
  }

  /** An engine that runs elsewhere has no process here, so nothing can wait for it. */
  #add(spec: ProcessSpec): void {
    const known = new Set(this.#specs.map(({ name }) => name));
    this.#specs.push({ ...spec, dependsOn: spec.dependsOn.filter((name) => known.has(name)) });
  }

  async #postgres(): Promise<Pick<PostgresEngine, 'address' | 'superuserUrl'>> {
    const { postgresUrl } = this.#configured;
    if (postgresUrl) {
      const url = new URL(postgresUrl);
      const address = { host: url.hostname, port: Number(url.port || 5432) };
      this.#parts.push(() => ({ postgres: { ...address, superuserUrl: postgresUrl } }));
      return { address, superuserUrl: postgresUrl };
    }
    const port = await this.#ports.choose('postgres', 'postgres', this.#options.ports.postgres);
    const engine = postgresEngine(this.#context, port);
    this.#add(engine.spec);
    this.#parts.push(() => ({ postgres: { ...engine.address, superuserUrl: engine.superuserUrl } }));
    return engine;
  }

  async #nats(): Promise<void> {
    const { natsUrl } = this.#configured;
    if (natsUrl) {
      this.#parts.push(() => ({ nats: { url: natsUrl } }));
      return;
    }
    const engine = natsEngine(this.#context, {
      port: await this.#ports.choose('nats', 'nats', this.#options.ports.nats),
      monitorPort: await this.#ports.choose('natsMonitor', 'nats', this.#options.ports.natsMonitor),
      syncInterval: this.#options.natsSyncInterval,
    });
    this.#add(engine.spec);
    this.#parts.push(() => ({ nats: { url: engine.url, monitorUrl: engine.monitorUrl } }));
  }

  async #temporal(postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>): Promise<void> {
    const { temporalAddress } = this.#configured;
    if (temporalAddress) this.#parts.push(() => ({ temporal: { address: temporalAddress, namespace: NAMESPACE } }));
    const address = temporalAddress ?? (await this.#ownTemporal(postgres));
    if (!this.#wanted.has('temporal-ui')) return;
    const port = await this.#ports.choose('temporalUi', 'temporal-ui', this.#options.ports.temporalUi);
    const ui = temporalUiEngine(this.#context, address, port, NAMESPACE);
    this.#add(ui.spec);
    this.#parts.push(() => ({ temporalUi: { url: ui.url } }));
  }

  async #ownTemporal(postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>): Promise<string> {
    const ports: Partial<TemporalPorts> = {};
    for (const name of TEMPORAL_PORT_NAMES) {
      const configured = name === 'frontend' ? this.#options.ports.temporal : undefined;
      ports[name] = await this.#ports.choose(`temporal.${name}`, 'temporal', configured);
    }
    const engine = temporalEngine(this.#context, postgres, ports as TemporalPorts, NAMESPACE);
    this.#add(engine.spec);
    this.#parts.push(() => ({
      temporal: { address: engine.address, namespace: NAMESPACE, httpUrl: engine.httpUrl },
    }));
    return engine.address;
  }

  async #keycloak(postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>): Promise<void> {
    const { edgeOrigin } = this.#options;
    const port = await this.#ports.choose('keycloak', 'keycloak', this.#options.ports.keycloak);
    const engine = keycloakEngine(this.#context, postgres, { port, edgeOrigin });
    this.#add(engine.spec);
    this.#parts.push(() => keycloakState(engine));
  }

  async #pgbouncer(postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>): Promise<void> {
    const port = await this.#ports.choose('pgbouncer', 'pgbouncer', this.#options.ports.pgbouncer);
    const engine = pgBouncerEngine(this.#context, postgres, port);
    this.#add(engine.spec);
    this.#parts.push(() => ({ pgbouncer: engine.address }));
  }
}

function keycloakState(engine: KeycloakEngine): Partial<PartialEnginesState> {
  const { url, adminUser, adminPassword, edgeOrigin, identityClientSecret, operatorPassword } = engine.realm;
  const organizationId = engine.platformOrganizationId();
  if (organizationId === undefined) return {};
  return {
    keycloak: {
      url,
      issuer: `${edgeOrigin}/auth/realms/${REALM}`,
      realm: REALM,
      adminUrl: `${url}/admin/master/console/`,
      adminUser,
      adminPassword,
      identityClientId: 'nexus-identity',
      identityClientSecret,
      operator: {
        username: OPERATOR_USERNAME,
        password: operatorPassword,
        organizationAlias: PLATFORM_ORGANIZATION,
        organizationId,
      },
    },
  };
}
