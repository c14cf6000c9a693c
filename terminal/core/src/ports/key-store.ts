/**
 * The terminal's own key pair (P-256, ECDSA with SHA-256). The private key never leaves it; where the platform can, it
 * cannot even be read.
 */
export interface KeyStore {
  /** Public key as SubjectPublicKeyInfo; null before there is one. */
  publicKey(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Makes the pair where there is none, and returns its public key. */
  create(): Promise<Uint8Array<ArrayBuffer>>;
  /** Raw r‖s. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** Where `createWebCryptoKeyStore` keeps the pair: IndexedDB in a browser, a file in Node. */
export interface KeyPairStorage {
  load(): Promise<CryptoKeyPair | null>;
  save(pair: CryptoKeyPair): Promise<void>;
  /** Whether the private key must be readable to be kept (a file), or may stay closed (IndexedDB). */
  readonly extractable: boolean;
}

type CryptoKeyPair = Awaited<ReturnType<typeof makePair>>;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const makePair = (extractable: boolean) => crypto.subtle.generateKey(ALGORITHM, extractable, ['sign', 'verify']);

export const createWebCryptoKeyStore = (storage: KeyPairStorage): KeyStore => {
  let known: CryptoKeyPair | null = null;
  const load = async (): Promise<CryptoKeyPair | null> => (known ??= await storage.load());
  const exported = async (pair: CryptoKeyPair) => new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return {
    publicKey: async () => {
      const pair = await load();
      return pair && exported(pair);
    },
    create: async () => {
      let pair = await load();
      if (!pair) {
        pair = await makePair(storage.extractable);
        await storage.save(pair);
        known = pair;
      }
      return exported(pair);
    },
    sign: async (bytes) => {
      const pair = await load();
      if (!pair) throw new Error('this terminal has no key yet');
      return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, bytes));
    },
  };
};

/** Keeps the pair as long as the process lives: for tests and load. */
export const memoryKeyPairStorage = (): KeyPairStorage => {
  let kept: CryptoKeyPair | null = null;
  return {
    extractable: false,
    load: () => Promise.resolve(kept),
    save: (pair) => {
      kept = pair;
      return Promise.resolve();
    },
  };
};
