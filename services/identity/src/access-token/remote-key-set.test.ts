import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JWK } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteKeySet } from './remote-key-set.ts';

let server: Server;
let published: JWK[] | 'down';
let asked: number;
let now: number;

beforeEach(async () => {
  asked = 0;
  now = 0;
  server = createServer((_request, response) => {
    asked += 1;
    response.statusCode = published === 'down' ? 503 : 200;
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function issuer(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const sign = () => new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' }, sign };
}
const keySet = () =>
  createRemoteKeySet({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`,
    timeoutMs: 2_000,
    freshMs: 600_000,
    usableMs: 86_400_000,
    cooldownMs: 30_000,
    now: () => now,
  });

describe('keys of the sign-in service', () => {
  test('are asked for once while fresh', async () => {
    const one = await issuer('one');
    published = [one.jwk];
    const keys = keySet();
    const token = await one.sign();
    await Promise.all([jwtVerify(token, keys), jwtVerify(token, keys), jwtVerify(token, keys)]);
    expect(asked).toBe(1);
  });

  test('outlive an outage, but not for ever', async () => {
    const one = await issuer('one');
    published = [one.jwk];
    const keys = keySet();
    await jwtVerify(await one.sign(), keys);
    published = 'down';
    now += 3_600_000;
    await jwtVerify(await one.sign(), keys);
    now += 86_400_000;
    await expect(jwtVerify(await one.sign(), keys)).rejects.toMatchObject({ code: 'NX-3001' });
  });

  test('a key that came later is fetched, but an unknown one does not make us ask without end', async () => {
    const one = await issuer('one');
    const two = await issuer('two');
    const stranger = await issuer('stranger');
    published = [one.jwk];
    const keys = keySet();
    await jwtVerify(await one.sign(), keys);
    published = [one.jwk, two.jwk];
    now += 31_000;
    await jwtVerify(await two.sign(), keys);
    for (let i = 0; i < 5; i += 1) await expect(jwtVerify(await stranger.sign(), keys)).rejects.toThrow();
    expect(asked).toBe(2);
  });

  test('a key that was withdrawn is forgotten with the next refresh', async () => {
    const one = await issuer('one');
    const two = await issuer('two');
    published = [one.jwk];
    const keys = keySet();
    await jwtVerify(await one.sign(), keys);
    published = [two.jwk];
    now += 601_000;
    await expect(jwtVerify(await one.sign(), keys)).rejects.toThrow();
  });
});
