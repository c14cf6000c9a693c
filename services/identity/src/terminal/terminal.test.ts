import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  enrolmentCodeHash,
  newEnrolmentCode,
  readTerminalKey,
  signedBy,
  TERMINAL_STATES,
  terminalMayBecome,
  terminalState,
} from './terminal.ts';

const pair = (namedCurve = 'prime256v1') => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { spki: publicKey.export({ format: 'der', type: 'spki' }), privateKey };
};

describe('terminal states', () => {
  const allowed = new Set(['created>enrolled', 'created>revoked', 'enrolled>revoked']);
  for (const from of TERMINAL_STATES) {
    for (const to of TERMINAL_STATES) {
      const expected = allowed.has(`${from}>${to}`);
      test(`${from} → ${to}: ${expected ? 'yes' : 'no'}`, () => {
        expect(terminalMayBecome(from, to)).toBe(expected);
      });
    }
  }

  test('follow from the columns', () => {
    expect(terminalState({ keyId: null, revokedAt: null })).toBe('created');
    expect(terminalState({ keyId: 'k', revokedAt: null })).toBe('enrolled');
    expect(terminalState({ keyId: 'k', revokedAt: new Date(0) })).toBe('revoked');
    expect(terminalState({ keyId: null, revokedAt: new Date(0) })).toBe('revoked');
  });
});

describe('terminal keys', () => {
  test('a P-256 key has the SHA-256 of its bytes as id', () => {
    const { spki } = pair();
    const read = readTerminalKey(spki.toString('base64url'));
    expect(read?.keyId).toMatch(/^[0-9a-f]{64}$/);
    expect(read?.publicKey).toBe(spki.toString('base64url'));
  });

  test.each([
    ['another curve', () => pair('secp384r1').spki],
    [
      'an RSA key',
      () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' }),
    ],
    ['bytes after the key', () => Buffer.concat([pair().spki, Buffer.from([0])])],
    ['no key at all', () => Buffer.from('nonsense')],
  ])('%s is refused', (_what, der) => {
    expect(readTerminalKey(der().toString('base64url'))).toBeUndefined();
  });

  test('a signature holds for its text and its key alone', () => {
    const mine = pair();
    const other = pair();
    const signature = sign('sha256', Buffer.from('text'), { key: mine.privateKey, dsaEncoding: 'ieee-p1363' });
    const check = (spki: Buffer, text: string, bytes: Buffer) =>
      signedBy(spki.toString('base64url'), text, bytes.toString('base64url'));
    expect(check(mine.spki, 'text', signature)).toBe(true);
    expect(check(mine.spki, 'text!', signature)).toBe(false);
    expect(check(other.spki, 'text', signature)).toBe(false);
    expect(check(mine.spki, 'text', signature.subarray(1))).toBe(false);
    expect(check(mine.spki, 'text', Buffer.alloc(64))).toBe(false);
  });
});

describe('enrolment codes', () => {
  test('are twelve unmistakable signs, each another', () => {
    const codes = new Set(Array.from({ length: 500 }, newEnrolmentCode));
    expect(codes.size).toBe(500);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
  });

  test('are the same however they are typed', () => {
    expect(enrolmentCodeHash(' ab12-cd34-ef56')).toBe(enrolmentCodeHash('AB12CD34EF56'));
    expect(enrolmentCodeHash('AB12CD34EF57')).not.toBe(enrolmentCodeHash('AB12CD34EF56'));
  });
});
