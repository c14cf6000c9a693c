import { hash, randomFillSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  createHttpTransport,
  createWebCryptoKeyStore,
  memoryKeyPairStorage,
  systemClock,
  Till,
  timerSleep,
  type Clock,
  type Sleep,
  type SyncOptions,
  type TillPorts,
  type Transport,
} from '@nexus/terminal-core';
import { openNodeDatabase } from './node-database.ts';
import { fileKeyPairStorage } from './node-keys.ts';
import { createFileLock, noLock } from './node-lock.ts';

export interface HeadlessTillOptions {
  /** Folder for the till's database, key and lock, made where missing. `IN_MEMORY`, or left out: gone with the process. */
  readonly directory?: string;
  /** Origin of the platform's edge, or a transport of one's own. */
  readonly platform: string | Transport;
  readonly clock?: Clock;
  readonly sleep?: Sleep;
  readonly appVersion?: string;
  /** `off` only for load. */
  readonly synchronous?: 'full' | 'off';
  readonly sync?: SyncOptions;
}

/** Stands for no folder at all. */
export const IN_MEMORY = 'memory';

export const HEADLESS_APP_VERSION = 'headless-0.1.0';

/** A till on Node: one folder for each. Rejects with `TillInUseError` where another process has it open. */
export const createHeadlessTill = async (options: HeadlessTillOptions): Promise<Till> =>
  Till.open(await headlessPorts(options), {
    appVersion: options.appVersion ?? HEADLESS_APP_VERSION,
    device: hostname().slice(0, 64),
    ...(options.sync && { sync: options.sync }),
  });

const headlessPorts = async (options: HeadlessTillOptions): Promise<TillPorts> => {
  const directory = options.directory === IN_MEMORY ? undefined : options.directory;
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const path = (name: string): string | null => (directory === undefined ? null : join(directory, name));
  const [database, lock, key] = [path('till.sqlite'), path('till.lock'), path('key.json')];
  return {
    lock: lock === null ? noLock : createFileLock(lock),
    openDatabase: () =>
      openNodeDatabase({
        path: database ?? ':memory:',
        ...(options.synchronous && { synchronous: options.synchronous }),
      }),
    keys: createWebCryptoKeyStore(key === null ? memoryKeyPairStorage() : fileKeyPairStorage(key)),
    transport:
      typeof options.platform === 'string'
        ? createHttpTransport({ fetch: globalThis.fetch, baseUrl: options.platform })
        : options.platform,
    clock: options.clock ?? systemClock,
    random: (length) => randomFillSync(new Uint8Array(length)),
    hash: (data) => hash('sha256', data, 'hex'),
    sleep: options.sleep ?? timerSleep,
  };
};
