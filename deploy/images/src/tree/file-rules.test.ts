import { describe, expect, test } from '@jest/globals';
import { isWantedFile, isWantedSource } from './file-rules.ts';

const X64 = 'x86_64-unknown-linux-gnu';

describe('of our own packages', () => {
  test.each([
    'src/main.ts',
    'src/replay-terminal/replay-terminal.workflow.ts',
    'src/product/product.entity.ts',
    'migrations/0100-chain.ts',
    'src/openapi.json',
  ])('%s goes into an image', (path) => expect(isWantedSource(path)).toBe(true));

  test.each([
    'src/product/product.test.ts',
    'src/product/product.int.test.ts',
    'src/replay-terminal/replay-terminal.workflow.test.ts',
    'src/replay-terminal/replay-terminal.world.ts',
    'src/reconcile-branch/record-histories.ts',
    'src/testing/',
    'src/test-support/',
    'src/node_modules/',
    'src/.env',
    'src/.env.ts',
    'tsconfig.json',
    'src/notes.md',
  ])('%s does not', (path) => expect(isWantedSource(path)).toBe(false));
});

describe('of packages from the registry', () => {
  test.each([
    ['pg', 'lib/client.js'],
    ['pg', 'package.json'],
    ['pg', 'LICENSE.md'],
    ['some', 'lib/test/'],
    ['rxjs', 'dist/cjs/'],
    ['@temporalio/core-bridge', `releases/${X64}/`],
    ['@temporalio/core-bridge', `releases/${X64}/index.node`],
    ['@opentelemetry/api', 'build/src/'],
  ])('%s: %s goes into an image', (name, path) => expect(isWantedFile(name, path, X64)).toBe(true));

  test.each([
    ['pg', 'node_modules/'],
    ['pg', 'README.md'],
    ['pg', 'lib/client.d.ts'],
    ['pg', 'lib/client.js.map'],
    ['pg', 'lib/client.test.js'],
    ['pg', 'test/'],
    ['pg', 'lib/__tests__/'],
    ['pg', '.env'],
    ['pg', 'src/client.ts'],
    ['sonic-boom', 'fixtures/'],
    ['rxjs', 'dist/esm/'],
    ['@temporalio/core-bridge', 'sdk-core/'],
    ['@temporalio/core-bridge', 'releases/aarch64-apple-darwin/'],
    ['@opentelemetry/api', 'build/esm/'],
  ])('%s: %s does not', (name, path) => expect(isWantedFile(name, path, X64)).toBe(false));
});
