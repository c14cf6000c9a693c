import { accessTokenClaims } from '@nexus/contracts';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateKeyFile } from './signing-key-file.ts';
import { createTokenSigner } from './token-signer.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-keys-'));
  file = join(folder, 'keys', 'token-keys.json');
});
afterEach(() => rm(folder, { recursive: true }));

const subject = { sub: 'p1', typ: 'person', perms: ['chain:read'] } as const;

test('a token verifies with the published keys and has the shape that services expect', async () => {
  const signer = createTokenSigner(file);
  const { accessToken, expiresIn } = await signer.issue({ ...subject, perms: [...subject.perms] });
  const { payload, protectedHeader } = await jwtVerify(
    accessToken,
    createLocalJWKSet({ keys: await signer.publicKeys() }),
  );
  expect(protectedHeader.alg).toBe('ES256');
  const claims = accessTokenClaims.parse(payload);
  expect(claims.exp - claims.iat).toBe(expiresIn);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('two signers over one file agree, also when they start together', async () => {
  const [one, two] = await Promise.all([createTokenSigner(file).publicKeys(), createTokenSigner(file).publicKeys()]);
  expect(one).toEqual(two);
});

test('a rotated key is published first and signs later', async () => {
  let now = Date.UTC(2026, 0, 1);
  const signer = createTokenSigner(file, () => now);
  const kidOf = async () => {
    const { accessToken } = await signer.issue({ ...subject, perms: [] });
    return (JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
  };
  const first = await kidOf();
  now += 60_000;
  await rotateKeyFile(file, now / 1000);
  now += 20_000;
  expect(await signer.publicKeys()).toHaveLength(2);
  expect(await kidOf()).toBe(first);
  now += 120_000;
  expect(await kidOf()).not.toBe(first);
});

test('a key file that everybody may read is refused', async () => {
  await createTokenSigner(file).publicKeys();
  await chmod(file, 0o644);
  await expect(createTokenSigner(file).publicKeys()).rejects.toThrow('may be read by everybody');
});
