import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contraction, Migration } from '@nexus/tenancy-db';

/** A migration as it stands in the sources, with the statements it would run. */
export interface FoundMigration {
  /** File and name: `services/sync/migrations/0100-journal.ts journal-0000000000100`. */
  readonly id: string;
  readonly statements: readonly string[];
  readonly contracts: Contraction | undefined;
}

const DECLARATION = /= migration\(\{/g;
const root = join(import.meta.dirname, '..', '..');

/** Every migration that the sources declare: one that nobody exports, or that nobody lists, is found all the same. */
export async function allMigrations(): Promise<FoundMigration[]> {
  const files = execFileSync(
    'git',
    ['grep', '-lE', '--untracked', '= migration\\(\\{', '--', 'packages/**/*.ts', 'services/**/*.ts'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const found: FoundMigration[] = [];
  for (const file of files.trim().split('\n').filter(isSource)) {
    const declared = readFileSync(join(root, file), 'utf8').match(DECLARATION)?.length ?? 0;
    const module = (await import(join(root, file))) as Readonly<Record<string, unknown>>;
    const exported = Object.values(module).filter(isMigration);
    if (exported.length !== declared)
      throw new Error(
        `${file} declares ${declared} migrations and exports ${exported.length}: export each, so that it is checked`,
      );
    for (const one of exported)
      found.push({ id: `${file} ${one.name}`, statements: await statementsOf(one), contracts: one.contracts });
  }
  return found;
}

const isSource = (file: string): boolean => !/\.test\.ts$|\/test-support\/|\/testing\//.test(file);

const isMigration = (value: unknown): value is Migration =>
  typeof value === 'object' && value !== null && 'instance' in value && 'appendOnly' in value;

/** Runs it on a connection that only writes down. Whatever it asks is answered with yes, so that it goes on. */
async function statementsOf({ instance }: Migration): Promise<string[]> {
  const statements: string[] = [];
  const yes: unknown = new Proxy({}, { get: () => 'yes' });
  const runner = {
    query: (sql: string): Promise<unknown[]> => {
      statements.push(sql);
      return Promise.resolve([yes]);
    },
  };
  await new instance().up(runner as never);
  return statements;
}
