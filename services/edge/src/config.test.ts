import { describe, expect, test } from '@jest/globals';
import { EdgeConfigError, readEdgeConfig } from './config.ts';

const least = { NEXUS_EDGE_KEYCLOAK_URL: 'http://keycloak:8080/auth' };

describe('settings of the edge', () => {
  test('have defaults that open nothing', () => {
    expect(readEdgeConfig(least)).toEqual({
      host: '127.0.0.1',
      port: 8080,
      metrics: undefined,
      logLevel: 'info',
      staticDir: undefined,
      keycloakUrl: 'http://keycloak:8080',
      services: new Map(),
      trustProxy: [],
      idleTimeoutMs: 120_000,
      drainMs: 0,
      stopGraceMs: 10_000,
      stopTimeoutMs: 30_000,
    });
  });

  test('with the edge’s own name win over those of every process; empty ones are absent', () => {
    const config = readEdgeConfig({
      NEXUS_KEYCLOAK_URL: 'http://keycloak.auth:8080',
      NEXUS_HTTP_PORT: '1',
      NEXUS_EDGE_HTTP_PORT: '2',
      NEXUS_METRICS_PORT: '9464',
      NEXUS_EDGE_HTTP_TRUST_PROXY: '10.0.0.0/8, loopback',
      NEXUS_EDGE_UPSTREAM_SALES: 'http://nexus-sales:8080/',
      NEXUS_EDGE_UPSTREAM_CASH_OFFICE: 'http://nexus-cash-office:8080',
      NEXUS_EDGE_STATIC_DIR: '',
    });
    expect(config.port).toBe(2);
    expect(config.metrics).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(config.staticDir).toBeUndefined();
    expect(config.trustProxy).toEqual(['10.0.0.0/8', 'loopback']);
    expect([...config.services]).toEqual([
      ['sales', 'http://nexus-sales:8080'],
      ['cash-office', 'http://nexus-cash-office:8080'],
    ]);
  });

  test.each([
    ['NEXUS_KEYCLOAK_URL', {}],
    ['NEXUS_HTTP_PORT', { ...least, NEXUS_HTTP_PORT: 'secret-80' }],
    ['NEXUS_LOG_LEVEL', { ...least, NEXUS_LOG_LEVEL: 'secret' }],
    ['NEXUS_EDGE_UPSTREAM_SALES', { ...least, NEXUS_EDGE_UPSTREAM_SALES: 'secret' }],
  ])('that are wrong are named, without their value: %s', (name, env) => {
    const read = (): unknown => readEdgeConfig(env);
    expect(read).toThrow(EdgeConfigError);
    expect(read).toThrow(name);
    expect(read).not.toThrow('secret');
  });
});
