import { createPublicKey, randomInt, verify, type KeyObject } from 'node:crypto';
import { sha256Hex } from '../digest.ts';

/** A terminal's life; a device that is replaced becomes a new terminal, so that a chain's journal has one origin. */
export const TERMINAL_STATES = ['created', 'enrolled', 'revoked'] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];

export const TERMINAL_TRANSITIONS = {
  created: ['enrolled', 'revoked'],
  enrolled: ['revoked'],
  revoked: [],
} as const satisfies Record<TerminalState, readonly TerminalState[]>;

export const terminalMayBecome = (from: TerminalState, to: TerminalState): boolean =>
  (TERMINAL_TRANSITIONS[from] as readonly TerminalState[]).includes(to);

export const terminalState = (terminal: {
  readonly keyId: string | null;
  readonly revokedAt: Date | null;
}): TerminalState => {
  if (terminal.revokedAt !== null) return 'revoked';
  return terminal.keyId === null ? 'created' : 'enrolled';
};

/** A terminal's public key and its id. */
export interface TerminalKey {
  readonly keyId: string;
  /** base64url of the SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/** Reads a P-256 public key; undefined for anything else, also for a second spelling of the same key. */
export function readTerminalKey(publicKey: string): TerminalKey | undefined {
  const der = Buffer.from(publicKey, 'base64url');
  const key = parsedKey(der);
  if (key?.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
  const canonical = key.export({ format: 'der', type: 'spki' });
  if (!canonical.equals(der) || canonical.toString('base64url') !== publicKey) return undefined;
  return { keyId: sha256Hex(der), publicKey };
}

/** Whether the signature (P-256/SHA-256, raw r‖s, base64url) over the text was made with the key. */
export function signedBy(publicKey: string, text: string, signature: string): boolean {
  const key = parsedKey(Buffer.from(publicKey, 'base64url'));
  if (key === undefined) return false;
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
}

function parsedKey(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof Error) return undefined; // not a key: the caller says what that means
    throw error;
  }
}

/** Letters and digits that are not taken for one another (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 3;
const GROUP_LENGTH = 4;

/** A one-time code of 60 random bits, `XXXX-XXXX-XXXX`. */
export const newEnrolmentCode = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');

/** What is kept of a code; however it is typed, with or without hyphens, in either case. */
export const enrolmentCodeHash = (code: string): string =>
  sha256Hex(`nexus-enrolment-code\n${code.toUpperCase().replace(/[\s-]/g, '')}`);
