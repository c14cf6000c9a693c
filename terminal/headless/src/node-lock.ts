import { DatabaseSync } from 'node:sqlite';
import type { Lock } from '@nexus/terminal-core';

/**
 * A lock that the operating system gives back when the process dies, however it dies: an exclusive transaction on a
 * small SQLite file beside the till's.
 */
export const createFileLock = (path: string): Lock => ({
  acquire: async () => {
    const holder = new DatabaseSync(path);
    try {
      holder.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;');
    } catch (error) {
      holder.close();
      if (isBusy(error)) return null;
      throw error;
    }
    return { release: async () => holder.close() };
  },
});

/** For tills in memory, which nobody else can reach. */
export const noLock: Lock = { acquire: () => Promise.resolve({ release: () => Promise.resolve() }) };

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
