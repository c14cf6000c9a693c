import type { LockedPackage } from './lockfile.ts';

/** What an image runs on: Linux with glibc, as its base has it. */
export interface Platform {
  readonly os: 'linux';
  readonly cpu: 'x64' | 'arm64';
  readonly libc: 'glibc';
}

export const platformOf = (cpu: Platform['cpu']): Platform => ({ os: 'linux', cpu, libc: 'glibc' });

/** Whether a package with native code is meant for a platform: `os`, `cpu` and `libc` as npm reads them. */
export const fits = (locked: Pick<LockedPackage, 'os' | 'cpu' | 'libc'>, platform: Platform): boolean =>
  allows(locked.os, platform.os) && allows(locked.cpu, platform.cpu) && allows(locked.libc, platform.libc);

function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0) return true;
  if (list.includes(`!${value}`)) return false;
  return list.every((entry) => entry.startsWith('!')) || list.includes(value);
}
