import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Hasher, RandomBytes } from '@nexus/journal';
import type { Awaitable, Database } from './database.ts';
import type { KeyStore } from './key-store.ts';
import type { Transport } from './transport.ts';

/** The device's wall clock, epoch milliseconds. It may be wrong, and may jump. */
export interface Clock {
  nowMs(): number;
}

/** One writer for each till: whoever holds the lock. */
export interface Lock {
  /** Null: somebody else holds it. */
  acquire(): Promise<{ release(): Promise<void> } | null>;
}

/** Resolves after the time or when the signal aborts, whichever comes first; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** All that a till takes from the machine it runs on. */
export interface TillPorts {
  /** Called once, after the lock is held. */
  readonly openDatabase: () => Awaitable<Database>;
  readonly lock: Lock;
  readonly keys: KeyStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly hash: Hasher;
  readonly sleep: Sleep;
}

export const systemClock: Clock = { nowMs: () => Date.now() };
export const webRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
/** SHA-256 without WebCrypto, which only hashes asynchronously. */
export const portableHash: Hasher = (data) =>
  bytesToHex(sha256(typeof data === 'string' ? new TextEncoder().encode(data) : data));

export const timerSleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
