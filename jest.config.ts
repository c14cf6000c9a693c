import type { Config } from 'jest';

const special = String.raw`\.(int|workflow|browser|trial|chart|cluster)\.test\.ts$`;
const ignored = ['/node_modules/', '/\\.nexus/', '/\\.nx/', '/build/', '/dist/', '/tools/lint-fixtures/'];

/** What every project shares: TypeScript as ES modules, no build, no globals but Jest's own. */
const project = (displayName: string, testMatch: string[], unwanted: string[] = []) => ({
  displayName,
  rootDir: import.meta.dirname,
  testMatch,
  testPathIgnorePatterns: [...ignored, ...unwanted],
  modulePathIgnorePatterns: ['<rootDir>/\\.nexus/', '<rootDir>/\\.nx/', '<rootDir>/.*/build/', '<rootDir>/dist/'],
  testEnvironment: '<rootDir>/tools/jest-environment.ts',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node', 'wasm'],
  transform: { '\\.ts$': '<rootDir>/tools/jest-transform.ts' },
});

const config: Config = {
  watchman: false,
  // Two cores are the smallest machine we serve; Jest's own default there would be one worker.
  maxWorkers: 2,
  // Jest reads this here alone, not in a project. A test that hangs is the rare case, a busy machine is not.
  testTimeout: 180_000,
  projects: [
    project('unit', ['**/*.test.ts'], [special]),
    project('int', ['**/*.int.test.ts', '**/*.workflow.test.ts']),
    project('browser', ['**/*.browser.test.ts']),
    project('trial', ['**/*.trial.test.ts']),
    project('chart', ['**/*.chart.test.ts']),
    project('cluster', ['**/*.cluster.test.ts']),
  ],
};
export default config;
