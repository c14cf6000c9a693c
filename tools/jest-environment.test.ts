import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';

/** What Node itself throws for a file that is not there: an error of the outer realm. */
function errorOfNode(): unknown {
  try {
    return readFileSync('/a/path/that/does/not/exist');
  } catch (error) {
    return error;
  }
}

describe('the realm of tests', () => {
  test("an error of Node's own realm is an Error, but no error of another class", () => {
    class OurError extends Error {}
    const error = errorOfNode();
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(OurError);
    expect(new OurError('ours')).toBeInstanceOf(Error);
  });

  test('a TypeError of the outer realm is a TypeError', () => {
    const thrown = (): unknown => Buffer.from(undefined as unknown as string);
    expect(thrown).toThrow(TypeError);
  });

  test('bytes are bytes on both sides', async () => {
    expect(Buffer.from('nexus')).toBeInstanceOf(Uint8Array);
    expect(await webcrypto.subtle.digest('SHA-256', new Uint8Array(3))).toBeInstanceOf(ArrayBuffer);
  });

  test('cloned plain data equals literals strictly', () => {
    expect(structuredClone({ lines: [1, 2] })).toStrictEqual({ lines: [1, 2] });
  });
});
