import { NexusError } from '@nexus/contracts';
import { isCurrency } from '@nexus/money';
import { uuidv7, type SharedTx } from '@nexus/tenancy-db';
import { randomInt } from 'node:crypto';
import type { IdentityDeps } from '../deps.ts';
import { contentDigest } from '../digest.ts';
import { isCountry } from './country.ts';
import { insertTenant, tenantByRequest, type NewTenant, type Tenant } from './tenant.repository.ts';
import { isReservedSlug, slugCandidate, slugFromName } from './tenant.ts';

export interface SignUp {
  readonly name: string;
  readonly ownerEmail: string;
  readonly ownerName?: string | undefined;
  readonly currency: string;
  readonly country: string;
  /** Asked for by name: taken is an error. Without it one is made from the name. */
  readonly slug?: string | undefined;
}

/** Numbers tried after a slug that was made from a name, before a random one. */
const NUMBERED_SLUGS = 20;

/**
 * Reserves a slug and a tenant id. The row is the owner: the sweeper, woken, starts the provisioning now or as soon as
 * Temporal is there. The same request key with the same content gives the same tenant.
 *
 * @throws NexusError IDN-1001 slug taken, IDN-1006 unknown currency or country, NX-1006 request key used for another request
 */
export async function reserveTenant(deps: IdentityDeps, signUp: SignUp, requestKey?: string): Promise<Tenant> {
  if (!isCurrency(signUp.currency) || !isCountry(signUp.country)) throw new NexusError('IDN-1006');
  if (signUp.slug !== undefined && isReservedSlug(signUp.slug)) throw new NexusError('IDN-1001');
  const { tenant, known } = await deps.db.shared((tx) => reserve(tx, deps.settings.cell, signUp, requestKey));
  if (!known) deps.reserved.ring(); // nobody waits for Temporal to answer
  return tenant;
}

async function reserve(tx: SharedTx, cell: string, signUp: SignUp, requestKey: string | undefined) {
  const requestDigest = contentDigest([
    signUp.name,
    signUp.ownerEmail,
    signUp.ownerName ?? null,
    signUp.currency,
    signUp.country,
    signUp.slug ?? null,
  ]);
  const draft: Omit<NewTenant, 'slug'> = {
    tenantId: uuidv7(),
    provisioningId: uuidv7(),
    name: signUp.name,
    cell,
    country: signUp.country,
    currency: signUp.currency,
    ownerEmail: signUp.ownerEmail.toLowerCase(),
    ownerName: signUp.ownerName ?? null,
    requestKey: requestKey ?? null,
    requestDigest,
  };
  for (const slug of slugsToTry(signUp)) {
    const known = requestKey === undefined ? undefined : await tenantByRequest(tx, requestKey);
    if (known !== undefined) {
      if (known.requestDigest !== requestDigest)
        throw new NexusError('NX-1006', 'The idempotency key was used for another request');
      return { tenant: known, known: true };
    }
    const tenant = await insertTenant(tx, { ...draft, slug });
    if (tenant !== undefined) return { tenant, known: false };
  }
  // The same request at the same moment may have won.
  const winner = requestKey === undefined ? undefined : await tenantByRequest(tx, requestKey);
  if (winner?.requestDigest === requestDigest) return { tenant: winner, known: true };
  throw new NexusError('IDN-1001');
}

function* slugsToTry({ slug, name }: SignUp): Generator<string> {
  if (slug !== undefined) {
    yield slug;
    return;
  }
  const base = slugFromName(name);
  for (let attempt = 1; attempt <= NUMBERED_SLUGS; attempt += 1) yield slugCandidate(base, attempt);
  yield slugCandidate(base, randomInt(1_000_000, 10_000_000));
}
