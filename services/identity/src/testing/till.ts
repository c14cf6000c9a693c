import { enrolmentProofText, tokenProofText, type EnrolTerminalRequest, type TerminalFacts } from '@nexus/contracts';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Answered, IdentityFixture } from './identity-fixture.ts';

/** A till's side of enrolment and proof, with a key pair of its own. */
export class TestTill {
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  readonly publicKey = this.#pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  readonly keyId = createHash('sha256').update(Buffer.from(this.publicKey, 'base64url')).digest('hex');
  readonly chain = randomUUID();

  enrolment(code: string): EnrolTerminalRequest {
    const signature = this.sign(enrolmentProofText(code, this.publicKey, this.chain));
    return { code, publicKey: this.publicKey, chain: this.chain, signature };
  }

  proof(nonce: string): { keyId: string; nonce: string; signature: string } {
    return { keyId: this.keyId, nonce, signature: this.sign(tokenProofText(this.keyId, nonce)) };
  }

  sign(text: string): string {
    const key = { key: this.#pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return sign('sha256', Buffer.from(text), key).toString('base64url');
  }

  async nonce(identity: IdentityFixture): Promise<string> {
    const answer = await identity.call<{ nonce: string }>('POST', '/terminal-nonces', { body: { keyId: this.keyId } });
    return answer.body.nonce;
  }

  async token(identity: IdentityFixture): Promise<Answered<{ accessToken: string; code?: string }>> {
    return identity.call('POST', '/terminal-tokens', { body: this.proof(await this.nonce(identity)) });
  }
}

export interface TestBranch {
  readonly id: string;
}

/** A branch of the chain, in its first legal entity. */
export async function openBranch(identity: IdentityFixture, token: string, name: string): Promise<TestBranch> {
  const entities = await identity.call<{ items: { id: string }[] }>('GET', '/legal-entities', { token });
  const body = { name, legalEntity: entities.body.items[0]?.id, zone: 'Africa/Accra' };
  return (await identity.call<TestBranch>('POST', '/branches', { token, body })).body;
}

export async function addTerminal(
  identity: IdentityFixture,
  token: string,
  branch: string,
  name = 'Till',
): Promise<TerminalFacts> {
  return (await identity.call<TerminalFacts>('POST', '/terminals', { token, body: { name, branch } })).body;
}

export async function enrolmentCode(identity: IdentityFixture, token: string, terminal: string): Promise<string> {
  const answer = await identity.call<{ code: string }>('POST', `/terminals/${terminal}/enrolment-codes`, { token });
  return answer.body.code;
}
