import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const namesSchema = z.record(z.string(), z.string()).default({});

const packageSchema = z.object({
  /** Given where it differs from the folder's, and for workspaces. */
  name: z.string().optional(),
  version: z.string().optional(),
  /** A workspace: `resolved` is its folder. */
  link: z.boolean().default(false),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dependencies: namesSchema,
  optionalDependencies: namesSchema,
  peerDependencies: namesSchema,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
});

/** A package as `package-lock.json` has it. */
export type LockedPackage = z.output<typeof packageSchema>;

/** Packages by folder from the root of the checkout: `node_modules/pg`, `services/sync/node_modules/lru-cache`, `services/sync`. */
export type Lockfile = ReadonlyMap<string, LockedPackage>;

const lockSchema = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), packageSchema) });

export const parseLockfile = (text: string): Lockfile =>
  new Map(Object.entries(lockSchema.parse(JSON.parse(text)).packages));

export const readLockfile = async (file: string): Promise<Lockfile> => parseLockfile(await readFile(file, 'utf8'));
