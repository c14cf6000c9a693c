export { provideBinary, type BinaryName, type Executables } from './provide-binary.ts';
export { provideJava } from './provide-java.ts';
export { provideKeycloak, type KeycloakDistribution } from './provide-keycloak.ts';
export { providePostgres, type PostgresPrograms } from './provide-postgres.ts';
export { provideTemporalTestServer } from './provide-temporal-test-server.ts';
export { readManifest } from './manifest.ts';
