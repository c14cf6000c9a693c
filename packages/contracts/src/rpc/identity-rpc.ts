import { z } from 'zod';
import { sha256Hex, uuid } from '../common.ts';
import { revocation } from '../access-token.ts';
import { branchFacts, legalEntityFacts, terminalFacts } from '../events/identity-events.ts';
import { defineRpc } from './rpc.ts';

/** Public keys of access tokens (JWK set) and everybody revoked within the life of a token. Polled by every service. */
export const securityState = defineRpc({
  service: 'identity',
  name: 'security-state',
  scope: 'platform',
  timeoutMs: 5_000,
  request: z.strictObject({}),
  reply: z.object({ keys: z.array(z.record(z.string(), z.unknown())), revocations: z.array(revocation) }),
});

/** The terminal that a key belongs to, for a service that has not yet seen the event. Null: no such key. */
export const terminalByKey = defineRpc({
  service: 'identity',
  name: 'terminal-by-key',
  scope: 'platform',
  timeoutMs: 5_000,
  request: z.strictObject({ keyId: sha256Hex }),
  reply: z.object({ found: z.object({ tenant: uuid, terminal: terminalFacts }).nullable() }),
});

/** The chain's structure: for `nexus prove` and for screens that name branches and terminals. */
export const chainStructure = defineRpc({
  service: 'identity',
  name: 'chain-structure',
  scope: 'tenant',
  timeoutMs: 10_000,
  request: z.strictObject({}),
  reply: z.object({
    slug: z.string(),
    name: z.string(),
    legalEntities: z.array(legalEntityFacts),
    branches: z.array(branchFacts),
    terminals: z.array(terminalFacts),
  }),
});
