import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { readSecrets } from './read-secrets.ts';

const list = (name: string, data: Record<string, string>): string => {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [{ metadata: { name }, data: Object.fromEntries(encoded) }],
  });
};

test('secrets of several namespaces are read, and what is missing is named', () => {
  const secret = readSecrets(
    `${list('keycloak-admin', { password: 'a' })}---\n${list('nexus-sales', { 'nats-password': 'b' })}`,
  );
  expect(secret('keycloak-admin', 'password')).toBe('a');
  expect(secret('nexus-sales', 'nats-password')).toBe('b');
  expect(() => secret('nexus-sales', 'otlp-url')).toThrow('no Secret nexus-sales with the key otlp-url');
});
