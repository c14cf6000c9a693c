import type { LockedPackage, Lockfile } from './lockfile.ts';
import { fits, type Platform } from './platform.ts';
import { leftOut } from './left-out.ts';

/** A package that a process needs at run time. */
export interface NeededPackage {
  /** Folder from the root of the checkout. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly workspace: boolean;
  readonly integrity: string | undefined;
  readonly license: string | undefined;
  /** Folders of what it needs in its turn. */
  readonly needs: readonly string[];
}

/** Everything that a workspace needs at run time, itself included, by folder. Development dependencies are none of it. */
export type Closure = ReadonlyMap<string, NeededPackage>;

/**
 * Follows dependencies through the lock as Node would find them on disk: production, optional ones that fit the platform,
 * and peers that are not optional. What is missing in the lock is an error, not left out.
 */
export function closureOf(lock: Lockfile, workspace: string, platform: Platform): Closure {
  const found = new Map<string, NeededPackage>();
  const waiting = [workspace];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const locked = lock.get(path);
    if (locked === undefined) throw new Error(`package-lock.json has no ${path}`);
    const needs = needsOf(lock, path, locked, platform);
    found.set(path, {
      path,
      name: locked.name ?? nameOf(path),
      version: locked.version ?? '0.0.0',
      workspace: !isInstalled(path),
      integrity: locked.integrity,
      license: locked.license,
      needs,
    });
    waiting.push(...needs);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function needsOf(lock: Lockfile, path: string, locked: LockedPackage, platform: Platform): string[] {
  const name = locked.name ?? nameOf(path);
  const isOptional = (dependency: string): boolean =>
    dependency in locked.optionalDependencies || locked.peerDependenciesMeta[dependency]?.optional === true;
  const asked = [locked.dependencies, locked.optionalDependencies, locked.peerDependencies].flatMap(Object.keys);
  const needs = new Set<string>();
  for (const dependency of asked) {
    if (leftOut(name, dependency)) continue;
    // An optional peer is used where somebody else brings it, so it is no reason to bring it.
    if (dependency in locked.peerDependencies && isOptional(dependency)) continue;
    const at = resolve(lock, path, dependency);
    const fitting = at !== undefined && fits(lock.get(at) ?? {}, platform);
    if (fitting) needs.add(at);
    else if (!isOptional(dependency)) throw new Error(`${name} needs ${dependency}, which package-lock.json has not`);
  }
  return [...needs].sort();
}

/** Where Node finds a package from a folder: in its own `node_modules`, then in those of the folders above. */
function resolve(lock: Lockfile, from: string, dependency: string): string | undefined {
  for (let folder: string | undefined = from; folder !== undefined; folder = above(folder)) {
    const path = folder === '' ? `node_modules/${dependency}` : `${folder}/node_modules/${dependency}`;
    const locked = lock.get(path);
    if (locked?.link === true) return locked.resolved;
    if (locked !== undefined) return path;
  }
  return undefined;
}

const above = (folder: string): string | undefined =>
  folder === '' ? undefined : folder.slice(0, Math.max(folder.lastIndexOf('/'), 0));

const isInstalled = (path: string): boolean => path.includes('node_modules/');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
