import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readConfig } from './define-service.ts';
import { serviceEnv, variableName } from './service-env.ts';
import { count, flag, secret } from './standard-config.ts';

describe('serviceEnv', () => {
  test('reads names in camel case, the service’s own first, and nothing that is not ours', () => {
    const env = {
      NEXUS_DATABASE_URL: 'common',
      NEXUS_SALES_DATABASE_URL: 'own',
      NEXUS_SYNC_DATABASE_URL: 'of another',
      NEXUS_NATS_URL: 'nats',
      NEXUS_HTTP_PORT: '',
      DATABASE_URL: 'foreign',
    };
    expect(serviceEnv('sales', env)).toMatchObject({ databaseUrl: 'own', natsUrl: 'nats' });
    expect(serviceEnv('catalog', env)).toMatchObject({ databaseUrl: 'common' });
    expect(serviceEnv('sales', env)).not.toHaveProperty('httpPort');
  });

  test('names go both ways', () => {
    for (const name of ['NEXUS_DATABASE_URL', 'NEXUS_OTLP_URL', 'NEXUS_HTTP_MAX_STREAMS'])
      expect(variableName(Object.keys(serviceEnv('x', { [name]: '1' }))[0] ?? '')).toBe(name);
  });
});

describe('readConfig', () => {
  const config = z.object({
    httpPort: count(0, 65_535).default(8080),
    databaseUrl: secret,
    migrateShared: flag.default(true),
  });

  test('gives typed settings with their defaults', () => {
    const settings = readConfig({ name: 'sales', config }, { NEXUS_DATABASE_URL: 'x', NEXUS_MIGRATE_SHARED: '0' });
    expect(settings).toMatchObject({ httpPort: 8080, migrateShared: false });
    expect(settings.databaseUrl.expose()).toBe('x');
  });

  test('names every wrong variable and no value', () => {
    const env = { NEXUS_HTTP_PORT: 'hunter2', NEXUS_MIGRATE_SHARED: 'perhaps' };
    const read = () => readConfig({ name: 'sales', config }, env);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/sales[^]*NEXUS_HTTP_PORT[^]*NEXUS_DATABASE_URL[^]*NEXUS_MIGRATE_SHARED/);
    expect(read).not.toThrow(/hunter2|perhaps/);
  });
});
