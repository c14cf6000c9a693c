import {
  accessTokenClaims,
  enrolTerminalAnswer,
  securityState,
  terminalByKey,
  terminalChanged,
  terminalFacts,
} from '@nexus/contracts';
import { callRpc, openNats, type NatsLink } from '@nexus/messaging';
import { createLogger } from '@nexus/telemetry';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startIdentity, type IdentityFixture, type TestChain } from '../testing/identity-fixture.ts';
import { addTerminal, enrolmentCode, openBranch, TestTill } from '../testing/till.ts';

jest.setTimeout(180_000);

let identity: IdentityFixture;
let kente: TestChain;
let owner: string;
let branch: string;
let nats: NatsLink;

beforeAll(async () => {
  identity = await startIdentity();
  kente = await identity.chain('kente');
  owner = await identity.token(kente.ownerEmail, kente.slug);
  branch = (await openBranch(identity, owner, 'Osu')).id;
  nats = openNats({ url: identity.natsUrl, name: 'test', logger: createLogger({ service: 'test', level: 'silent' }) });
}, 120_000);
afterAll(async () => {
  await nats?.close();
  await identity?.stop();
}, 180_000);

const enrol = (body: object) => identity.call<{ code?: string }>('POST', '/terminals/enrol', { body });
async function enrolled(): Promise<{ till: TestTill; id: string }> {
  const till = new TestTill();
  const { id } = await addTerminal(identity, owner, branch);
  const answer = await enrol(till.enrolment(await enrolmentCode(identity, owner, id)));
  expect(answer.status).toBe(200);
  return { till, id };
}

describe('enrolment', () => {
  test('a terminal with its code and its own key learns what it must know to sell', async () => {
    const { id, keyId } = await addTerminal(identity, owner, branch, 'Till 1');
    expect(keyId).toBeNull();
    const till = new TestTill();
    const code = await enrolmentCode(identity, owner, id);
    const answer = await enrol(till.enrolment(code.toLowerCase()));
    expect(enrolTerminalAnswer.parse(answer.body)).toMatchObject({
      tenant: { id: kente.tenantId, slug: kente.slug },
      terminal: { id, keyId: till.keyId, chain: till.chain, branch, revokedAt: null },
      branch: { id: branch, currency: 'GHS', zone: 'Africa/Accra' },
      legalEntity: { country: 'GH' },
    });
    const events = await identity.deps.db.tx(kente, (tx) =>
      tx.query<{ data: string }>('SELECT data FROM event_log WHERE kind = $1 ORDER BY event_id', [
        terminalChanged.kind,
      ]),
    );
    const states = events.map(({ data }) => terminalFacts.parse(typeof data === 'string' ? JSON.parse(data) : data));
    expect(states.filter((facts) => facts.id === id).map((facts) => facts.keyId)).toEqual([null, till.keyId]);
    const known = await callRpc(nats, terminalByKey, null, { keyId: till.keyId });
    expect(known.found).toMatchObject({ tenant: kente.tenantId, terminal: { id } });
  });

  test('a code serves one key: again for that key the same answer, for another 400', async () => {
    const { id } = await addTerminal(identity, owner, branch);
    const code = await enrolmentCode(identity, owner, id);
    const till = new TestTill();
    const first = await enrol(till.enrolment(code));
    expect(await enrol(till.enrolment(code))).toMatchObject({ status: 200, body: { terminal: { id } } });
    expect(first.status).toBe(200);
    expect(await enrol(new TestTill().enrolment(code))).toMatchObject({ status: 400, body: { code: 'IDN-1004' } });
  });

  test('two keys for one code at the same moment: one of them', async () => {
    const { id } = await addTerminal(identity, owner, branch);
    const code = await enrolmentCode(identity, owner, id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => enrol(new TestTill().enrolment(code))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
  });

  test('unknown, replaced, expired codes and keys in use: 400', async () => {
    expect(await enrol(new TestTill().enrolment('AAAA-BBBB-CCCC'))).toMatchObject({ body: { code: 'IDN-1004' } });
    const { id } = await addTerminal(identity, owner, branch);
    const old = await enrolmentCode(identity, owner, id);
    const code = await enrolmentCode(identity, owner, id);
    expect(await enrol(new TestTill().enrolment(old))).toMatchObject({ status: 400, body: { code: 'IDN-1004' } });
    await identity.deps.db.shared((tx) =>
      tx.query(`UPDATE enrolment_code SET expires_at = now() - interval '1 second' WHERE terminal_id = $1`, [id]),
    );
    expect(await enrol(new TestTill().enrolment(code))).toMatchObject({ status: 400, body: { code: 'IDN-1004' } });
    const { till } = await enrolled();
    const other = await addTerminal(identity, owner, branch);
    const stolen = till.enrolment(await enrolmentCode(identity, owner, other.id));
    expect(await enrol(stolen)).toMatchObject({ status: 400, body: { code: 'IDN-1004' } });
  });

  test('a key that is not proven: 401', async () => {
    const { id } = await addTerminal(identity, owner, branch);
    const till = new TestTill();
    const request = till.enrolment(await enrolmentCode(identity, owner, id));
    const foreign = new TestTill().sign('something');
    expect(await enrol({ ...request, signature: foreign })).toMatchObject({ status: 401, body: { code: 'IDN-1003' } });
  });

  test('an enrolled terminal gets no further code', async () => {
    const { id } = await enrolled();
    const answer = await identity.call('POST', `/terminals/${id}/enrolment-codes`, { token: owner });
    expect(answer).toMatchObject({ status: 409, body: { code: 'NX-1006' } });
  });
});

describe('a terminal’s tokens', () => {
  test('say its branch and what a till may do', async () => {
    const { till, id } = await enrolled();
    const { status, body } = await till.token(identity);
    expect(status).toBe(200);
    expect(accessTokenClaims.parse(decodeJwt(body.accessToken))).toMatchObject({
      typ: 'terminal',
      sub: id,
      ten: kente.tenantId,
      perms: ['till:operate', 'catalog:read'],
      branches: [branch],
    });
    expect(await identity.call('GET', '/me', { token: body.accessToken })).toMatchObject({
      body: { kind: 'terminal' },
    });
    expect((await identity.call('GET', '/branches', { token: body.accessToken })).status).toBe(403);
  });

  test('a nonce serves once: 401 the second time, and after a wrong signature', async () => {
    const { till } = await enrolled();
    const proof = till.proof(await till.nonce(identity));
    const ask = (body: object) => identity.call('POST', '/terminal-tokens', { body });
    expect((await ask(proof)).status).toBe(200);
    expect(await ask(proof)).toMatchObject({ status: 401, body: { code: 'IDN-1003' } });
    const next = till.proof(await till.nonce(identity));
    expect((await ask({ ...next, signature: proof.signature })).status).toBe(401);
    expect((await ask(next)).status).toBe(401);
  });

  test('another key’s nonce, an expired one, an unknown key: 401', async () => {
    const { till } = await enrolled();
    const other = (await enrolled()).till;
    const ask = (body: object) => identity.call('POST', '/terminal-tokens', { body });
    expect((await ask(till.proof(await other.nonce(identity)))).status).toBe(401);
    const late = till.proof(await till.nonce(identity));
    await identity.deps.db.shared((tx) =>
      tx.query(`UPDATE terminal_nonce SET expires_at = now() - interval '1 second'`),
    );
    expect((await ask(late)).status).toBe(401);
    expect((await new TestTill().token(identity)).status).toBe(401);
  });

  test('unused nonces of a key are bounded', async () => {
    const { till } = await enrolled();
    for (let i = 0; i < 25; i += 1) await till.nonce(identity);
    const [row] = await identity.deps.db.shared((tx) =>
      tx.query<{ n: string }>('SELECT count(*) AS n FROM terminal_nonce WHERE key_id = $1', [till.keyId]),
    );
    expect(Number(row?.n)).toBe(20);
  });
});

describe('revocation of a terminal', () => {
  test('no more tokens, the present one refused, told to every service and said as an event', async () => {
    const { till, id } = await enrolled();
    const before = (await till.token(identity)).body.accessToken;
    const revoke = () => identity.call('POST', `/terminals/${id}/revocation`, { token: owner });
    const revoked = await revoke();
    expect(revoked.status).toBe(200);
    expect((await revoke()).body['revokedAt']).toBe(revoked.body['revokedAt']);

    expect(await till.token(identity)).toMatchObject({ status: 403, body: { code: 'IDN-1005' } });
    const state = await callRpc(nats, securityState, null, {});
    const told = state.revocations.find(({ subject }) => subject === id);
    expect(told).toMatchObject({ tenant: kente.tenantId });
    expect(told?.notBefore).toBeGreaterThan(Number(decodeJwt(before).iat));
    const known = await callRpc(nats, terminalByKey, null, { keyId: till.keyId });
    expect(known.found?.terminal.revokedAt).not.toBeNull();
    const code = await identity.call('POST', `/terminals/${id}/enrolment-codes`, { token: owner });
    expect(code).toMatchObject({ status: 409 });
  });
});
