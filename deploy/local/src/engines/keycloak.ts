import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, type Launch, type ProcessSpec } from '../process/spec.ts';
import { provideKeycloak } from '../provide/index.ts';
import { engineDir, type EngineContext } from './context.ts';
import { ensureRealm, platformOrganizationId, type RealmSettings } from './keycloak-realm.ts';
import type { PostgresEngine } from './postgres.ts';
import { ensureDatabase, ensureLoginRole, withConnection } from './sql.ts';

const DATABASE = 'keycloak';
export const KEYCLOAK_ADMIN = 'admin';

/** One JVM with a bounded heap; the serial collector has no threads of its own to keep a laptop awake. */
const JAVA_OPTIONS = [
  ...['-Xms64m', '-Xmx512m', '-XX:MetaspaceSize=96M', '-XX:MaxMetaspaceSize=256m', '-XX:+UseSerialGC'],
  // It is started more often than it is busy: the quick compiler alone takes 10 s of CPU to its first answer, not 17.
  '-XX:TieredStopAtLevel=1',
  ...['-XX:+ExitOnOutOfMemoryError', '-Dfile.encoding=UTF-8', '-Djava.security.egd=file:/dev/urandom'],
  ...['java.util', 'java.util.concurrent', 'java.security', 'java.lang'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
  ...['--enable-native-access=ALL-UNNAMED', '-Duser.language=en', '-Duser.country=US'],
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Dpicocli.disable.closures=true',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
];

export interface KeycloakEngine {
  spec: ProcessSpec;
  realm: RealmSettings;
  /** Known once it has been ready. */
  platformOrganizationId(): string | undefined;
}

export interface KeycloakOptions {
  port: number;
  edgeOrigin: string;
}

/** Keycloak with the realm `nexus`, on the same PostgreSQL, under the path that the edge serves it at. */
export function keycloakEngine(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  options: KeycloakOptions,
): KeycloakEngine {
  const realm: RealmSettings = {
    url: `http://127.0.0.1:${options.port}/auth`,
    adminUser: KEYCLOAK_ADMIN,
    adminPassword: context.secrets.get('keycloak.admin'),
    edgeOrigin: options.edgeOrigin,
    identityClientSecret: context.secrets.get('keycloak.nexus-identity'),
    operatorPassword: context.secrets.get('keycloak.operator'),
  };
  let organizationId: string | undefined;
  const spec: ProcessSpec = {
    name: 'keycloak',
    dependsOn: ['postgres'],
    prepare: () => prepare(context, postgres, options, realm.adminPassword),
    isReady: async () => (await fetch(`${realm.url}/realms/master`, { signal: AbortSignal.timeout(5_000) })).ok,
    onReady: async () => {
      await ensureRealm(realm);
      organizationId = await platformOrganizationId(realm);
    },
    // The first start makes its tables, which takes minutes on a machine that is busy with other things.
    startTimeoutMs: 600_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 20_000,
  };
  return { spec, realm, platformOrganizationId: () => organizationId };
}

async function prepare(
  context: EngineContext,
  postgres: Pick<PostgresEngine, 'address' | 'superuserUrl'>,
  { port, edgeOrigin }: KeycloakOptions,
  adminPassword: string,
): Promise<Launch> {
  const { java, homeDir } = await provideKeycloak(context.progress);
  const password = context.secrets.get('postgres.keycloak');
  await withConnection(postgres.superuserUrl, async (client) => {
    await ensureLoginRole(client, DATABASE, password);
    await ensureDatabase(client, DATABASE, DATABASE);
  });
  const dir = engineDir(context, 'keycloak');
  await mkdir(dir, { recursive: true });
  const env = {
    ...baseEnvironment(),
    KC_DB_URL: `jdbc:postgresql://${postgres.address.host}:${postgres.address.port}/${DATABASE}`,
    KC_DB_USERNAME: DATABASE,
    KC_DB_PASSWORD: password,
    KC_DB_POOL_INITIAL_SIZE: '1',
    KC_DB_POOL_MIN_SIZE: '1',
    KC_DB_POOL_MAX_SIZE: '20',
    KC_HTTP_ENABLED: 'true',
    KC_HTTP_HOST: '127.0.0.1',
    KC_HTTP_PORT: String(port),
    KC_HOSTNAME: `${edgeOrigin}/auth`,
    // Services on this machine talk to Keycloak directly, browsers through the edge.
    KC_HOSTNAME_BACKCHANNEL_DYNAMIC: 'true',
    KC_PROXY_HEADERS: 'xforwarded',
    KC_BOOTSTRAP_ADMIN_USERNAME: KEYCLOAK_ADMIN,
    KC_BOOTSTRAP_ADMIN_PASSWORD: adminPassword,
    KC_LOG_LEVEL: 'warn',
  };
  // Java itself, not kc.sh: the process that is watched and stopped must be the server.
  const args = [
    ...JAVA_OPTIONS,
    ...[`-Dkc.home.dir=${homeDir}`, `-Djboss.server.config.dir=${join(homeDir, 'conf')}`],
    ...['-cp', join(homeDir, 'lib/quarkus-run.jar'), 'io.quarkus.bootstrap.runner.QuarkusEntryPoint'],
    ...['start', '--optimized'],
  ];
  return { command: java, args, env, cwd: dir };
}
