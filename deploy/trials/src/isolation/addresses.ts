import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import type { signUpRequest } from '@nexus/contracts';
import type { z } from 'zod';
import type { World } from './world.ts';

/** Two minutes' share of sign-ups and some: a limit that counts this client has spoken by then, wherever its minute began. */
const FLOOD = 130;
const TOO_MANY = 429;
const TAKEN = 409;

/** Loopback addresses that no program of the platform has. */
const FLOODER = '127.0.66.1';
const NEIGHBOUR = '127.0.66.2';
const BESIDE_THE_EDGE = '127.0.66.3';

/** Who asks is whoever the edge saw, never whom a client names: limits count by address. */
export function addressesSuite(world: () => World): void {
  const throughTheEdge = (): string => `${world().origin}/api/identity/sign-ups`;
  // The name is taken, so that nothing comes of it.
  const signUp = (): z.input<typeof signUpRequest> => ({
    ...{ name: 'Flood', ownerEmail: 'flood@trial.test', currency: 'GHS', country: 'GH' },
    slug: world().b.tenant.slug,
  });

  test('a flood in somebody else’s name is stopped, and does not lock that one out', async () => {
    const flood = await times(FLOOD, () => post(throughTheEdge(), signUp(), FLOODER, NEIGHBOUR));
    expect(new Set(flood)).toEqual(new Set([TAKEN, TOO_MANY]));
    expect(await post(throughTheEdge(), signUp(), NEIGHBOUR)).toBe(TAKEN);
  });

  test('a flood under a new name each time is stopped all the same', async () => {
    const flood = await times(FLOOD, (n) => post(throughTheEdge(), signUp(), FLOODER, `10.1.1.${n}`));
    expect(flood).toContain(TOO_MANY);
  });

  test('a service believes nobody but the edge', async () => {
    const direct = `${world().platform.platform.services['identity']?.url ?? ''}/sign-ups`;
    const flood = await times(FLOOD, (n) => post(direct, signUp(), BESIDE_THE_EDGE, `10.1.1.${n}`));
    expect(flood).toContain(TOO_MANY);
  });
}

async function times(count: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n += 1) all.push(await work(n));
  return all;
}

/** Status of a POST from this address of the machine, which may say that it comes from another. */
function post(url: string, content: object, localAddress: string, claimed?: string): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(claimed === undefined ? {} : { 'x-forwarded-for': claimed, 'x-real-ip': claimed, forwarded: `for=${claimed}` }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, localAddress, timeout: 30_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', reject);
    sent.end(JSON.stringify(content));
  });
}
