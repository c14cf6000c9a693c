import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IDEMPOTENCY_HEADER, tenantReservation, tenantRow } from '@nexus/contracts';
import type { KeepAliveClient } from './keep-alive-client.ts';

/** A chain that was signed up; `made` when its provisioning has ended, true if well. */
export interface SignedUp {
  readonly made: Promise<boolean>;
}

const LOOK_EVERY_MS = 250;
const READY_WITHIN_MS = 120_000;

/** Signs a chain up; resolves as soon as that is accepted, while its provisioning goes on. */
export async function signUp(client: KeepAliveClient, token: () => string, signal: AbortSignal): Promise<SignedUp> {
  const accepted = await client.ask({
    method: 'POST',
    path: '/api/identity/tenants',
    token: token(),
    headers: { 'content-type': 'application/json', [IDEMPOTENCY_HEADER]: `rolling/${randomUUID()}` },
    body: JSON.stringify({
      name: `Signed up ${Date.now().toString(36)}`,
      ownerEmail: 'owner@trial.test',
      currency: 'GHS',
      country: 'GH',
    }),
  });
  if (accepted === undefined) return { made: Promise.resolve(false) };
  const { tenantId } = tenantReservation.parse(JSON.parse(accepted.body));
  return { made: untilMade(client, tenantId, token, signal) };
}

async function untilMade(
  client: KeepAliveClient,
  tenantId: string,
  token: () => string,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && !signal.aborted) {
    const answer = await client.ask({ path: `/api/identity/tenants/${tenantId}`, token: token() });
    const state = answer && tenantRow.parse(JSON.parse(answer.body)).state;
    if (state === 'ready' || state === 'failed') return state === 'ready';
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
