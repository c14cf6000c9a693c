import { branchChanged, legalEntityChanged, type BranchFacts, type Problem } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startIdentity, type IdentityFixture, type TestChain } from '../testing/identity-fixture.ts';
import { addTerminal, openBranch } from '../testing/till.ts';

jest.setTimeout(180_000);

let identity: IdentityFixture;
let kente: TestChain;
let adom: TestChain;
let owner: string;
let stranger: string;

beforeAll(async () => {
  identity = await startIdentity();
  kente = await identity.chain('kente');
  adom = await identity.chain('adom');
  owner = await identity.token(kente.ownerEmail, kente.slug);
  stranger = await identity.token(adom.ownerEmail, adom.slug);
}, 120_000);
afterAll(() => identity?.stop(), 60_000);

const as = (token: string) => ({
  get: <T = Record<string, unknown>>(path: string) => identity.call<T>('GET', path, { token }),
  send: <T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers = {}) =>
    identity.call<T>(method, path, { token, body, headers }),
});
const NEW_ENTITY = {
  name: 'Kente Togo SARL',
  country: 'TG',
  currency: 'XOF',
  taxNumber: 'TG-1',
  fiscalYearStart: '07-01',
};

describe('legal entities, brands and branches', () => {
  test('are made, changed and told', async () => {
    const made = await as(owner).send<{ id: string }>('POST', '/legal-entities', NEW_ENTITY);
    expect(made).toMatchObject({ status: 201, body: NEW_ENTITY });
    const { id } = made.body;
    const changed = await as(owner).send('PATCH', `/legal-entities/${id}`, { taxNumber: null });
    expect(changed.body).toEqual({ ...NEW_ENTITY, id, taxNumber: null });
    const brand = (await as(owner).send<{ id: string }>('POST', '/brands', { name: 'Kente Express' })).body.id;
    const branch = await as(owner).send<BranchFacts>('POST', '/branches', {
      name: 'Lomé',
      legalEntity: id,
      brand,
      zone: 'Africa/Lome',
      dayCutoffMinutes: 240,
    });
    expect(branch).toMatchObject({
      status: 201,
      body: { legalEntity: id, brand, currency: 'XOF', dayCutoffMinutes: 240 },
    });
    const moved = await as(owner).send('PATCH', `/branches/${branch.body.id}`, { brand: null, name: 'Lomé Port' });
    expect(moved.body).toEqual({ ...branch.body, brand: null, name: 'Lomé Port' });
    expect((await as(owner).get(`/branches/${branch.body.id}`)).body).toEqual(moved.body);
    const events = await identity.deps.db.tx(kente, (tx) =>
      tx.query<{ kind: string }>('SELECT kind FROM event_log WHERE data::text LIKE $1', [`%${id}%`]),
    );
    expect(events.map(({ kind }) => kind).sort()).toEqual(
      [legalEntityChanged, legalEntityChanged, branchChanged, branchChanged].map(({ kind }) => kind).sort(),
    );
  });

  test('branches opened at the same moment get indexes of their own', async () => {
    const opened = await Promise.all(['A', 'B', 'C', 'D'].map((name) => openBranch(identity, stranger, name)));
    const page = await as(stranger).get<{ items: BranchFacts[] }>('/branches');
    expect(page.body.items.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(new Set(page.body.items.map(({ id }) => id))).toEqual(new Set(opened.map(({ id }) => id)));
  });

  test('lists are paged, each row once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await as(stranger).get<{ items: BranchFacts[]; nextCursor?: string }>(`/branches?limit=3${query}`);
      seen.push(...page.body.items.map(({ name }) => name));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen.sort()).toEqual(['A', 'B', 'C', 'D']);
    for (const query of ['limit=0', 'limit=201', 'cursor=nonsense', 'cursor=IngiCg', 'unknown=1'])
      expect((await as(stranger).get(`/branches?${query}`)).status).toBe(400);
    expect((await as(stranger).get(`/branches?tenant=${kente.tenantId}`)).status).toBe(200); // ignored
  });

  test('the same request again gives the same branch; the key with another request is refused', async () => {
    const { body } = await as(owner).get<{ items: { id: string }[] }>('/legal-entities');
    const request = { name: 'Osu', legalEntity: body.items[0]?.id, zone: 'Africa/Accra' };
    const headers = { 'idempotency-key': 'open-osu' };
    const open = (wanted: object) => as(owner).send<{ id: string }>('POST', '/branches', wanted, headers);
    const answers = await Promise.all([open(request), open(request), open(request)]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(await open({ ...request, name: 'Tema' })).toMatchObject({ status: 409, body: { code: 'NX-1006' } });
    const bad = await as(owner).send('POST', '/branches', request, { 'idempotency-key': 'a b' });
    expect(bad).toMatchObject({ status: 400, body: { code: 'NX-1001' } });
  });

  test.each<[string, object, string]>([
    ['an unknown field', { tenantId: 'x' }, 'body'],
    ['a name that is too long', { name: 'x'.repeat(201) }, 'body.name'],
    ['a zone that is none', { zone: 'Mars/Base' }, 'body.zone'],
    ['a cut-off after the day', { dayCutoffMinutes: 1440 }, 'body.dayCutoffMinutes'],
    ['text that is none', { name: 'a\u0000b' }, 'body.name'],
  ])('%s: 400 with its place', async (_what, change, path) => {
    const { body } = await as(owner).get<{ items: { id: string }[] }>('/legal-entities');
    const request = { name: 'Osu', legalEntity: body.items[0]?.id, zone: 'Africa/Accra', ...change };
    const answer = await as(owner).send<Problem>('POST', '/branches', request);
    expect(answer).toMatchObject({ status: 400, body: { code: 'NX-1001', errors: [{ path }] } });
  });

  test.each(['02-29', '02-30', '13-01', '1-1'])('a fiscal year cannot start on %s', async (fiscalYearStart) => {
    const answer = await as(owner).send('POST', '/legal-entities', { ...NEW_ENTITY, fiscalYearStart });
    expect(answer).toMatchObject({ status: 400 });
  });
});

describe('another tenant’s ids', () => {
  test('are not known, in a path or in a body: 404', async () => {
    const branch = (await openBranch(identity, owner, 'Secret')).id;
    const terminal = (await addTerminal(identity, owner, branch)).id;
    const entities = await as(owner).get<{ items: { id: string }[] }>('/legal-entities');
    const entity = entities.body.items[0]?.id ?? '';
    const answers = await Promise.all([
      as(stranger).get(`/branches/${branch}`),
      as(stranger).get(`/terminals/${terminal}`),
      as(stranger).get(`/legal-entities/${entity}`),
      as(stranger).send('PATCH', `/branches/${branch}`, { name: 'Mine' }),
      as(stranger).send('PATCH', `/legal-entities/${entity}`, { name: 'Mine' }),
      as(stranger).send('POST', `/terminals/${terminal}/revocation`),
      as(stranger).send('POST', `/terminals/${terminal}/enrolment-codes`),
      as(stranger).send('POST', '/terminals', { name: 'Mine', branch }),
      as(stranger).send('POST', '/branches', { name: 'Mine', legalEntity: entity, zone: 'Africa/Accra' }),
      as(stranger).send('POST', '/staff', {
        name: 'X',
        grants: [{ role: 'cashier', scope: { kind: 'branch', id: branch } }],
      }),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: { code: 'NX-1002' } });
    expect((await as(owner).get(`/terminals/${terminal}`)).body).toMatchObject({ revokedAt: null });
  });

  test('the structure of a chain is its own', async () => {
    const chain = await as(stranger).get<{ slug: string; terminals: unknown[] }>('/chain');
    expect(chain.body).toMatchObject({ slug: adom.slug, terminals: [] });
    const audit = await as(stranger).send<{ slug: string }>('POST', '/audit/chain-structure', {});
    expect(audit.body.slug).toBe(adom.slug);
  });
});
