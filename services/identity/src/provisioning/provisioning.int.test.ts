import { legalEntityChanged, SERVICES, type Me, type TenantReservation, type TenantRow } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';
import { testAdmin, uniqueEmail, uniqueSlug } from '../testing/people.ts';
import { startPlatform, type PlatformFixture } from '../testing/platform-fixture.ts';

jest.setTimeout(180_000);

let platform: PlatformFixture;
let operator: string;

beforeAll(async () => {
  platform = await startPlatform();
  operator = await platform.identity.operatorToken();
}, 180_000);
afterAll(() => platform?.stop(), 60_000);

const signUpOf = (slug: string, ownerEmail: string) => {
  platform.identity.remember({ alias: slug, email: ownerEmail });
  return { name: 'Kente Stores', slug, ownerEmail, ownerName: 'Ama Mensah', currency: 'GHS', country: 'GH' };
};
const signUp = (body: object, headers: Record<string, string> = {}) =>
  platform.identity.call<TenantReservation & { code?: string }>('POST', '/sign-ups', { body, headers });
const settled = (tenantId: string): Promise<TenantRow> =>
  waitFor(
    async () => {
      const { body } = await platform.identity.call<TenantRow>('GET', `/tenants/${tenantId}`, { token: operator });
      return body.state === 'ready' || body.state === 'failed' ? body : undefined;
    },
    { what: 'the end of the provisioning', timeoutMs: 90_000, intervalMs: 100 },
  );
const organizationsCalled = (alias: string) =>
  testAdmin().run((client) => client.organizations.find({ search: alias, exact: true }));
const peopleCalled = (email: string) => testAdmin().run((client) => client.users.find({ email, exact: true }));

describe('provisioning on the real engines', () => {
  test('from sign-up to the owner’s first request', async () => {
    const slug = uniqueSlug('kente');
    const ownerEmail = uniqueEmail('ama');
    const answer = await signUp(signUpOf(slug, ownerEmail));
    expect(answer).toMatchObject({ status: 202, body: { slug, state: 'reserved' } });
    const { tenantId } = answer.body;

    expect(await settled(tenantId)).toMatchObject({ state: 'ready', slug, failure: null });
    expect(await platform.identity.call('GET', `/sign-ups/${tenantId}`)).toMatchObject({ body: { state: 'ready' } });
    expect(await platform.schemasOf(tenantId)).toEqual([...SERVICES]);

    const token = await platform.identity.token(ownerEmail, slug);
    const me = await platform.identity.call<Me>('GET', '/me', { token });
    expect(me.body).toMatchObject({
      tenant: { id: tenantId, slug, name: 'Kente Stores', currency: 'GHS' },
      staff: { code: '1', name: 'Ama Mensah', grants: [{ role: 'owner', scope: { kind: 'chain' } }] },
      branches: null,
    });
    const chain = await platform.identity.call('GET', '/chain', { token });
    expect(chain.body).toMatchObject({
      legalEntities: [{ name: 'Kente Stores', country: 'GH', currency: 'GHS', fiscalYearStart: '01-01' }],
    });
    const events = await platform.identity.deps.db.tx({ tenantId }, (tx) =>
      tx.query<{ kind: string }>('SELECT kind FROM event_log ORDER BY event_id'),
    );
    expect(events.map(({ kind }) => kind)).toEqual([legalEntityChanged.kind, 'staff-changed']);
  }, 180_000);

  test('the same request again is the same tenant; another under its key is refused; a taken slug too', async () => {
    const slug = uniqueSlug('same');
    const body = signUpOf(slug, uniqueEmail('same'));
    const headers = { 'idempotency-key': `key-${slug}` };
    const [first, twin] = await Promise.all([signUp(body, headers), signUp(body, headers)]);
    const again = await signUp(body, headers);
    expect(new Set([first, twin, again].map((answer) => answer.body.tenantId)).size).toBe(1);
    expect(await signUp({ ...body, name: 'Other' }, headers)).toMatchObject({ status: 409, body: { code: 'NX-1006' } });
    expect(await signUp(body)).toMatchObject({ status: 409, body: { code: 'IDN-1001' } });
    expect(await signUp({ ...body, slug: 'nexus-platform' })).toMatchObject({ body: { code: 'IDN-1001' } });
    await settled(first.body.tenantId);
  }, 180_000);

  test('without a slug, chains of one name get slugs of their own', async () => {
    const name = uniqueSlug('Makola');
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((one) => {
        const { slug: _none, ...body } = signUpOf('unused', uniqueEmail(one));
        return signUp({ ...body, name });
      }),
    );
    const slugs = answers.map((answer) => answer.body.slug);
    for (const alias of slugs) platform.identity.remember({ alias });
    expect(new Set(slugs).size).toBe(3);
    for (const { body } of answers) expect(await settled(body.tenantId)).toMatchObject({ state: 'ready' });
  }, 180_000);

  test('a service that refuses: everything is undone, and the slug is free again', async () => {
    const slug = uniqueSlug('undone');
    const ownerEmail = uniqueEmail('undone');
    platform.breakSchemas('sales', true);
    const { tenantId } = (await signUp(signUpOf(slug, ownerEmail))).body;
    expect(await settled(tenantId)).toMatchObject({ state: 'failed', failure: 'sales refuses' });
    platform.breakSchemas('sales', false);
    expect(await platform.schemasOf(tenantId)).toEqual([]);
    expect(await organizationsCalled(slug)).toEqual([]);
    expect(await peopleCalled(ownerEmail)).toEqual([]);
    const entering = await platform.identity.call('POST', `/tenants/${tenantId}/operator-token`, { token: operator });
    expect(entering).toMatchObject({ status: 409, body: { code: 'IDN-1002' } });

    const second = (await signUp(signUpOf(slug, ownerEmail))).body;
    expect(await settled(second.tenantId)).toMatchObject({ state: 'ready', slug });
  }, 180_000);

  test('the undo leaves what others made: an organization of that name, and a person who was there before', async () => {
    const ownerEmail = uniqueEmail('there');
    const first = uniqueSlug('first');
    expect(await settled((await signUp(signUpOf(first, ownerEmail))).body.tenantId)).toMatchObject({ state: 'ready' });

    const taken = uniqueSlug('taken');
    const organization = await testAdmin().run((client) => client.organizations.create({ name: taken, alias: taken }));
    const refused = (await signUp(signUpOf(taken, ownerEmail))).body;
    expect(await settled(refused.tenantId)).toMatchObject({ state: 'failed' });
    expect(await organizationsCalled(taken)).toMatchObject([{ id: organization.id }]);

    platform.breakSchemas('catalog', true);
    const undone = (await signUp(signUpOf(uniqueSlug('undone'), ownerEmail))).body;
    expect(await settled(undone.tenantId)).toMatchObject({ state: 'failed' });
    const visitor = uniqueEmail('visitor'); // known to Keycloak, in no organization
    await platform.identity.deps.keycloak.ensurePerson({ email: visitor, name: 'Kojo', provisioningId: 'of-others' });
    const third = (await signUp(signUpOf(uniqueSlug('undone'), visitor))).body;
    expect(await settled(third.tenantId)).toMatchObject({ state: 'failed' });
    platform.breakSchemas('catalog', false);
    expect(await peopleCalled(visitor)).toHaveLength(1);
    expect(await peopleCalled(ownerEmail)).toHaveLength(1);
    await platform.identity.token(ownerEmail, first); // still the owner of the first chain
  }, 120_000);

  test('an unknown currency or country: 422', async () => {
    const body = signUpOf(uniqueSlug('bad'), uniqueEmail('bad'));
    expect(await signUp({ ...body, currency: 'XYZ' })).toMatchObject({ status: 422, body: { code: 'IDN-1006' } });
    expect(await signUp({ ...body, country: 'XX' })).toMatchObject({ status: 422, body: { code: 'IDN-1006' } });
    expect(await signUp({ ...body, tenantId: uniqueSlug('x') })).toMatchObject({
      status: 400,
      body: { code: 'NX-1001' },
    });
  });
});
