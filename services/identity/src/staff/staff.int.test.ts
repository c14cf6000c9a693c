import { accessTokenClaims, staffChanged, type StaffRow } from '@nexus/contracts';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '@nexus/testkit';
import { decodeJwt } from 'jose';
import { startIdentity, type IdentityFixture, type TestChain } from '../testing/identity-fixture.ts';
import { uniqueEmail } from '../testing/people.ts';
import { addTerminal, openBranch } from '../testing/till.ts';

jest.setTimeout(180_000);

let identity: IdentityFixture;
let kente: TestChain;
let owner: string;
let osu: string;
let tema: string;

beforeAll(async () => {
  identity = await startIdentity();
  kente = await identity.chain('kente');
  owner = await identity.token(kente.ownerEmail, kente.slug);
  osu = (await openBranch(identity, owner, 'Osu')).id;
  tema = (await openBranch(identity, owner, 'Tema')).id;
}, 120_000);
afterAll(() => identity?.stop(), 60_000);

const send = <T = StaffRow & { code?: string }>(token: string, method: string, path: string, body?: unknown) =>
  identity.call<T>(method, path, { token, body });
const at = (branch: string) => ({ kind: 'branch', id: branch });

async function invited(role: string, scope: object): Promise<{ email: string; id: string; token: string }> {
  const email = uniqueEmail(role);
  identity.remember({ email });
  const answer = await send(owner, 'POST', '/staff', { name: 'Kofi Annan', email, grants: [{ role, scope }] });
  expect(answer.status).toBe(201);
  return { email, id: answer.body.id, token: await identity.token(email, kente.slug) };
}
const ownerRow = async (): Promise<StaffRow> => {
  const page = await identity.call<{ items: StaffRow[] }>('GET', '/staff', { token: owner });
  const [first] = page.body.items;
  if (first === undefined) throw new Error('the chain has no staff');
  return first;
};

describe('staff', () => {
  test('a cashier at the till needs only a code; codes are their own', async () => {
    const first = await send(owner, 'POST', '/staff', { name: 'Esi', code: 'E7', grants: [] });
    expect(first).toMatchObject({ status: 201, body: { code: 'E7', email: null, subject: null, active: true } });
    const again = await send(owner, 'POST', '/staff', { name: 'Efua', code: 'E7', grants: [] });
    expect(again).toMatchObject({ status: 409, body: { code: 'NX-1006' } });
    const numbered = await Promise.all(
      ['Yaw', 'Yaa', 'Abena'].map((name) => send(owner, 'POST', '/staff', { name, grants: [] })),
    );
    expect(numbered.map(({ body }) => body.code).sort()).toEqual(['2', '3', '4']);
    const events = await identity.deps.db.tx(kente, (tx) =>
      tx.query<{ data: unknown }>('SELECT data::text AS data FROM event_log WHERE kind = $1', [staffChanged.kind]),
    );
    expect(JSON.stringify(events)).not.toContain('Abena'); // people are erasable, events are not
  });

  test('the same person twice: 409', async () => {
    const { email } = await invited('cashier', at(osu));
    const again = await send(owner, 'POST', '/staff', { name: 'Kofi', email, grants: [] });
    expect(again).toMatchObject({ status: 409, body: { code: 'NX-1006' } });
  });

  test('a manager of one branch sees and manages that branch alone', async () => {
    const manager = await invited('manager', at(osu));
    const claims = accessTokenClaims.parse(decodeJwt(manager.token));
    expect(claims.branches).toEqual([osu]);
    const branches = await identity.call<{ items: { id: string }[] }>('GET', '/branches', { token: manager.token });
    expect(branches.body.items.map(({ id }) => id)).toEqual([osu]);
    const there = await addTerminal(identity, owner, tema);
    for (const path of [`/branches/${tema}`, `/terminals/${there.id}`])
      expect((await identity.call('GET', path, { token: manager.token })).status).toBe(404);
    expect((await send(manager.token, 'POST', `/terminals/${there.id}/revocation`)).status).toBe(404);
    expect((await send(manager.token, 'POST', '/terminals', { name: 'T', branch: tema })).status).toBe(404);
    expect((await send(manager.token, 'POST', '/terminals', { name: 'T', branch: osu })).status).toBe(201);
    expect((await send(manager.token, 'POST', '/brands', { name: 'B' })).status).toBe(403);
  });

  test('nobody gives more than they have, or where they have nothing', async () => {
    const { token } = await invited('manager', at(osu));
    const invite = (role: string, scope: object) =>
      send(token, 'POST', '/staff', { name: 'X', grants: [{ role, scope }] });
    expect((await invite('cashier', at(osu))).status).toBe(201);
    for (const [role, scope] of [
      ['owner', at(osu)],
      ['cashier', at(tema)],
      ['cashier', { kind: 'chain' }],
      ['auditor', at(osu)],
      ['platform-operator', at(osu)],
    ] as const)
      expect(await invite(role, scope)).toMatchObject({ status: 403, body: { code: 'NX-2003' } });
    expect(
      (
        await send(owner, 'POST', '/staff', {
          name: 'X',
          grants: [{ role: 'platform-operator', scope: { kind: 'chain' } }],
        })
      ).status,
    ).toBe(403);
    const { id } = await ownerRow();
    for (const path of ['revocation', 'reinstatement'])
      expect((await send(token, 'POST', `/staff/${id}/${path}`)).status).toBe(403);
    expect((await send(token, 'PUT', `/staff/${id}/grants`, { grants: [] })).status).toBe(403);
  });

  test('a platform operator appoints like an owner, and nobody to the platform', async () => {
    const path = `/tenants/${kente.slug}/operator-token`;
    const entered = await send<{ accessToken: string }>(await identity.operatorToken(), 'POST', path);
    const appoint = (role: string) =>
      send(entered.body.accessToken, 'POST', '/staff', { name: 'Manager', grants: [{ role, scope: at(osu) }] });
    expect((await appoint('manager')).status).toBe(201);
    expect((await appoint('platform-operator')).status).toBe(403);
  });

  test('the last owner stays', async () => {
    const { id } = await ownerRow();
    expect(await send(owner, 'POST', `/staff/${id}/revocation`)).toMatchObject({
      status: 409,
      body: { code: 'NX-1006' },
    });
    expect((await send(owner, 'PUT', `/staff/${id}/grants`, { grants: [] })).status).toBe(409);
    const second = await invited('owner', { kind: 'chain' });
    const both = await Promise.all([
      send(owner, 'POST', `/staff/${second.id}/revocation`),
      send(second.token, 'POST', `/staff/${id}/revocation`),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const ownerWon = both[0]?.status === 200;
    const winner = ownerWon ? kente.ownerEmail : second.email;
    const token = await identity.token(winner, kente.slug);
    expect((await send(token, 'POST', `/staff/${ownerWon ? second.id : id}/reinstatement`)).status).toBe(200);
    owner = await identity.token(kente.ownerEmail, kente.slug);
    expect((await identity.call('GET', '/me', { token: owner })).status).toBe(200);
  });

  test('shut out: the token in hand is refused within a minute, there is no other; let in again: all as before', async () => {
    const cashier = await invited('supervisor', at(osu));
    const look = () => identity.call('GET', '/branches', { token: cashier.token });
    expect((await look()).status).toBe(200);
    expect((await send(owner, 'POST', `/staff/${cashier.id}/revocation`)).body.active).toBe(false);
    await expect(identity.token(cashier.email, kente.slug)).rejects.toThrow('403');
    await waitFor(async () => (await look()).status === 401, { what: 'the revocation', timeoutMs: 50_000 });
    expect((await send(owner, 'POST', `/staff/${cashier.id}/reinstatement`)).body.active).toBe(true);
    const claims = accessTokenClaims.parse(decodeJwt(await identity.token(cashier.email, kente.slug)));
    expect(claims.branches).toEqual([osu]);
  });

  test('fewer roles: tokens with the former ones are told to be refused', async () => {
    const person = await invited('manager', at(osu));
    const changed = await send(owner, 'PUT', `/staff/${person.id}/grants`, {
      grants: [
        { role: 'cashier', scope: at(osu) },
        { role: 'cashier', scope: at(osu) },
      ],
    });
    expect(changed.body.grants).toEqual([{ role: 'cashier', scope: at(osu) }]);
    const told = await identity.deps.db.shared((tx) =>
      tx.query('SELECT 1 FROM revocation WHERE tenant_id = $1 AND subject = $2', [
        kente.tenantId,
        changed.body.subject,
      ]),
    );
    expect(told).toHaveLength(1);
  });

  test('roles are listed with what they permit, but for the platform’s', async () => {
    const roles = await identity.call<{ items: { role: string }[] }>('GET', '/roles', { token: owner });
    const names = roles.body.items.map(({ role }) => role);
    expect(names).toContain('cashier');
    expect(names).not.toContain('platform-operator');
  });
});
