import { z } from 'zod';
import { sha256Hex, uuid } from '../common.ts';
import { branchFacts, legalEntityFacts, terminalFacts } from '../events/identity-events.ts';

/** Unpadded base64url. */
const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');

/** A P-256 public key as base64url of its SubjectPublicKeyInfo (91 bytes). */
export const terminalPublicKey = base64url(200);
/** A P-256/SHA-256 signature, raw r‖s (64 bytes), base64url. */
export const terminalSignature = base64url(100);

/**
 * `POST /terminals/enrol` of identity, public: the one-time code is the credential. The terminal made the key pair
 * itself and proves that it holds the private key by signing `enrolmentProofText`; a key already known anywhere is
 * refused (`IDN-1004`), since uploads find their tenant by key. The same code with the same key and chain again, after
 * an answer that got lost, gives the same answer.
 */
export const enrolTerminalRequest = z.strictObject({
  /** One-time code as shown by the back office; letters are compared in upper case. */
  code: z.string().trim().min(6).max(64),
  publicKey: terminalPublicKey,
  /** Id of the journal database that will write this terminal's first chain. */
  chain: uuid,
  /** Signature over `enrolmentProofText`. */
  signature: terminalSignature,
});
export type EnrolTerminalRequest = z.infer<typeof enrolTerminalRequest>;

/** What a terminal must know to sell: it keeps this and refreshes it from the change feed. */
export const enrolTerminalAnswer = z.object({
  tenant: z.object({ id: uuid, slug: z.string(), name: z.string() }),
  terminal: terminalFacts,
  branch: branchFacts,
  legalEntity: legalEntityFacts,
  /** Server time, epoch milliseconds: the till measures its clock's offset with it. */
  serverTime: z.number().int(),
});
export type EnrolTerminalAnswer = z.infer<typeof enrolTerminalAnswer>;

/** Text whose UTF-8 bytes a terminal signs to enrol. */
export const enrolmentProofText = (code: string, publicKey: string, chain: string): string =>
  `nexus-terminal-enrolment-v1\n${code.trim().toUpperCase()}\n${publicKey}\n${chain}`;

/** `POST /terminal-nonces` of identity, public: a single-use nonce, good for a minute by the server's clock. */
export const terminalNonceRequest = z.strictObject({ keyId: sha256Hex });
export const terminalNonceAnswer = z.object({ nonce: z.string().min(16).max(200) });
export type TerminalNonceAnswer = z.infer<typeof terminalNonceAnswer>;

/** `POST /terminal-tokens` of identity, public: proof of possession against an access token (`typ: 'terminal'`). */
export const terminalTokenRequest = z.strictObject({
  keyId: sha256Hex,
  nonce: z.string().min(16).max(200),
  /** Signature over `tokenProofText`. */
  signature: terminalSignature,
});
export type TerminalTokenRequest = z.infer<typeof terminalTokenRequest>;
export const terminalTokenAnswer = z.object({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.number().int().min(1),
});
export type TerminalTokenAnswer = z.infer<typeof terminalTokenAnswer>;

/** Text whose UTF-8 bytes a terminal signs to get an access token. */
export const tokenProofText = (keyId: string, nonce: string): string => `nexus-terminal-token-v1\n${keyId}\n${nonce}`;
