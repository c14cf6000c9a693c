import { describe, expect, test } from '@jest/globals';
import { isSignInPath } from './sign-in-paths.ts';

describe('of Keycloak everybody may reach', () => {
  test.each([
    '/auth/realms/nexus',
    '/auth/realms/nexus/',
    '/auth/realms/nexus/.well-known/openid-configuration',
    '/auth/realms/nexus/protocol/openid-connect/token',
    '/auth/realms/nexus/login-actions/authenticate',
    '/auth/realms/nexus/broker/a%40b/endpoint',
    '/auth/realms/nexus/account/',
    '/auth/realms/mastery/account',
    '/auth/resources/m64mi/login/keycloak.v2/css/styles.css',
  ])('%s', (path) => expect(isSignInPath(path)).toBe(true));
});

describe('of Keycloak only administrators reach, elsewhere', () => {
  test.each([
    '/auth',
    '/auth/',
    '/auth/admin',
    '/auth/admin/',
    '/auth/admin/master/console/',
    '/auth/admin/realms/nexus/users',
    '/auth/realms',
    '/auth/realms/',
    '/auth/realms/master',
    '/auth/realms/Master/account',
    '/auth/realms/master/protocol/openid-connect/token',
    '/auth/metrics',
    '/auth/health/ready',
    '/auth/what-comes-next',
  ])('%s', (path) => expect(isSignInPath(path)).toBe(false));

  test.each([
    '/auth/%61dmin/master/console/',
    '/auth/realms/m%61ster/account',
    '/auth/realms/master;x=1/account',
    '/auth/realms/nexus/../../admin/master/console/',
    '/auth/realms/nexus/%2e%2e/%2E./admin/',
    '/auth/realms/nexus/..;/..;x/admin/',
    '/auth/realms/nexus/..%3b/..%3Bx/admin/',
    '/auth/realms/nexus/..%2f..%2fadmin/',
    '/auth/realms/nexus\\..\\..\\admin/',
    '/auth/realms/nexus%5c..%5c..%5cadmin/',
    '/auth/resources/../admin/',
    '/auth/resources/.%2e/admin/',
    '/auth//admin/',
    '/auth/realms//master/',
    '/auth/resources/;/../admin/',
    '/auth/realms/nexus/./../../admin',
  ])('%s, written so that it may be taken for something else', (path) => expect(isSignInPath(path)).toBe(false));
});
