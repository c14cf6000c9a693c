/**
 * Lints each file of `tools/lint-fixtures` as if it stood where its first line says, and prints what was found as JSON.
 * A process of its own, because ESLint loads its configuration in ways that Jest's module registry does not follow.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = join(import.meta.dirname, '../..');
const fixtures = join(root, 'tools/lint-fixtures');

/**
 * `found` holds `rule messageId` of each complaint; any one of `expected` will do: where the packages depend on each
 * other the other way round, Nx reports the circle instead of the forbidden direction.
 */
export interface FixtureResult {
  readonly name: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

const header = /^\/\/ as: (?<as>\S+)\n\/\/ expect: (?<expected>.+)\n/;

// The offenders exist nowhere on disk, so no TypeScript program knows them: rules that need types are left out.
const eslint = new ESLint({ cwd: root, overrideConfig: tseslint.configs.disableTypeChecked });

async function check(name: string): Promise<FixtureResult> {
  const text = readFileSync(join(fixtures, name), 'utf8');
  const { as, expected } = header.exec(text)?.groups ?? {};
  if (as === undefined || expected === undefined)
    throw new Error(`${name} does not say where it stands and what it expects`);
  const [result] = await eslint.lintText(text, { filePath: join(root, as) });
  const found = (result?.messages ?? []).map(({ ruleId, messageId, message }) =>
    ruleId === null ? message : `${ruleId} ${messageId ?? ''}`,
  );
  return { name, expected: expected.split(' | '), found: [...new Set(found)] };
}

const results: FixtureResult[] = [];
for (const name of readdirSync(fixtures).sort()) results.push(await check(name));
process.stdout.write(JSON.stringify(results));
