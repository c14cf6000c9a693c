import nx from '@nx/eslint-plugin';
import { createProjectGraphAsync } from '@nx/devkit';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { portableImports, sourceConstraints, testConstraints, workflowImports } from './tools/lint/import-rules.ts';

// The rule on module boundaries reads Nx's cached project graph and is skipped, silently, where there is none.
await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: true });

/** Tests, and what only tests use. */
const TESTS = [
  '**/*.test.ts',
  '**/{test-support,testing}/**/*.ts',
  '**/*.{test-support,world,bench}.ts',
  '**/record-histories.ts',
  'deploy/trials/**/*.ts',
];
const boundaries = (depConstraints, { undeclared = false } = {}) => [
  'error',
  {
    // The back office's own `imports` of package.json: `#lib/…` stays inside it.
    allow: ['^#'],
    banTransitiveDependencies: !undeclared,
    // Tests of what the testkit stands on import the testkit: a circle of packages, not of modules.
    ignoredCircularDependencies: [['@nexus/testkit', '*']],
    // Whether a library is loaded lazily somewhere says nothing about the direction of imports.
    checkDynamicDependenciesExceptions: ['.*'],
    depConstraints,
  },
];

/** Says why, so that nobody has to look it up. */
const forbidden = (selector, message) => ({ selector, message });
const FOCUSED = [
  forbidden(
    ':not(ConditionalExpression) > MemberExpression[object.name=/^(test|it|describe)$/][property.name=/^(only|skip|todo|failing)$/]',
    'A focused or skipped test hides others. `present ? test : test.skip` is allowed: the summary names it.',
  ),
  forbidden(
    'CallExpression[callee.name=/^(fit|xit|xtest|fdescribe|xdescribe)$/]',
    'A focused or skipped test hides others.',
  ),
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/build/',
      '**/dist/',
      '**/.svelte-kit/',
      '.nexus/',
      '.nx/',
      'coverage/',
      'tools/lint-fixtures/',
      '**/*.svelte',
      '**/*.svelte.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(sourceConstraints),
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Both are wrong about what changes during an await (a flag that another call sets) and about EntitySchema.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An async function without await gives a promise that rejects where a plain one would throw: wanted.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in config.ts, once.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:process', importNames: ['env'], message: 'The environment is read in config.ts, once.' },
          ],
        },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    // These speak to a person at a terminal and start processes with an environment.
    files: ['tools/**', 'deploy/**', 'packages/testkit/**', 'packages/cli/**', '**/config.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off', 'no-console': 'off' },
  },
  // A composition hands the environment on to the one place that reads it.
  { files: ['**/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['packages/{money,pricing,journal,contracts}/src/**', 'terminal/core/src/**', 'backoffice/src/**'],
    ignores: TESTS,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', portableImports] },
  },
  {
    files: ['**/*.workflow.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', workflowImports] },
  },
  {
    files: TESTS,
    rules: {
      '@nx/enforce-module-boundaries': boundaries(testConstraints, { undeclared: true }),
      'no-restricted-syntax': ['error', ...FOCUSED],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  { files: ['backoffice/**/*.ts'], extends: [tseslint.configs.disableTypeChecked] },
  prettier,
);
