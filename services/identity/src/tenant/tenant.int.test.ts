import { NexusError, type TenantReservation, type TenantRow } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';
import { startIdentity, type IdentityFixture } from '../testing/identity-fixture.ts';
import { uniqueEmail, uniqueSlug } from '../testing/people.ts';

jest.setTimeout(180_000);

const SIGN_UPS_PER_MINUTE = 8;
let identity: IdentityFixture;
let operator: string;
let temporalAway = true;
const started: string[] = [];

beforeAll(async () => {
  identity = await startIdentity({
    startProvisioning: async ({ tenantId }) => {
      if (temporalAway) throw new NexusError('NX-3001', 'Temporal is not available');
      started.push(tenantId);
    },
    environment: { NEXUS_SIGN_UPS_PER_MINUTE: String(SIGN_UPS_PER_MINUTE) },
  });
  operator = await identity.operatorToken();
}, 120_000);
afterAll(() => identity?.stop(), 60_000);

const request = () => ({
  name: 'Kente Stores',
  slug: uniqueSlug('kente'),
  ownerEmail: uniqueEmail('owner'),
  currency: 'GHS',
  country: 'GH',
});

describe('tenants', () => {
  test('reserved while Temporal is away, begun when it is back', async () => {
    const path = '/tenants';
    const made = await identity.call<TenantReservation>('POST', path, { token: operator, body: request() });
    expect(made).toMatchObject({ status: 202, body: { state: 'reserved' } });
    temporalAway = false;
    // What was tried in vain is due again after a pause; here at once.
    await waitFor(async () => {
      await identity.deps.db.shared((tx) => tx.query('UPDATE tenant_directory SET sweep_after = now()'));
      identity.deps.reserved.ring();
      return started.includes(made.body.tenantId);
    });
    const row = await identity.call<TenantRow>('GET', `${path}/${made.body.slug}`, { token: operator });
    expect(row.body).toMatchObject({ tenantId: made.body.tenantId, state: 'reserved', cell: 'main' });
  });

  test('a tenant that is not ready has no operator’s token, and nobody’s', async () => {
    const { body } = await identity.call<TenantReservation>('POST', '/tenants', { token: operator, body: request() });
    const entering = await identity.call('POST', `/tenants/${body.slug}/operator-token`, { token: operator });
    expect(entering).toMatchObject({ status: 409, body: { code: 'IDN-1002' } });
  });

  test('are listed newest first, a page at a time', async () => {
    for (let i = 0; i < 3; i += 1) await identity.call('POST', '/tenants', { token: operator, body: request() });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await identity.call<{ items: TenantRow[]; nextCursor?: string }>('GET', `/tenants?limit=2${query}`, {
        token: operator,
      });
      seen.push(...page.body.items.map(({ tenantId }) => tenantId));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  test('an unknown one: 404, by id, by slug, as a sign-up', async () => {
    const unknown = '01930000-0000-7000-8000-000000000000';
    for (const path of [`/tenants/${unknown}`, '/tenants/nobody-here', `/sign-ups/${unknown}`])
      expect(await identity.call('GET', path, { token: operator })).toMatchObject({ status: 404 });
  });

  test('one address signs up only so often', async () => {
    const answers = [];
    for (let i = 0; i <= SIGN_UPS_PER_MINUTE; i += 1)
      answers.push((await identity.call('POST', '/sign-ups', { body: { ...request(), currency: 'XXX' } })).status);
    expect(answers.at(-1)).toBe(429);
    expect(answers[0]).toBe(422);
  });
});
