import { basename } from 'node:path';

/** Folders that are none of a process's, wherever they stand. */
const UNWANTED_FOLDERS =
  /^(node_modules|test-support|testing|__tests__|__mocks__|__fixtures__|fixtures|build|dist|coverage)$/;
const TESTS = /\.(test|spec|int|workflow|browser|trial|test-support|world|bench)\.[cm]?[jt]s$/;

/** Of our own packages: sources that production runs. Folders are asked for with a slash at the end. */
export function isWantedSource(path: string): boolean {
  if (path.endsWith('/')) return !UNWANTED_FOLDERS.test(basename(path));
  const name = basename(path);
  // Workflows are sources like others; only tests of theirs are not.
  if (/\.workflow\.ts$/.test(name)) return true;
  return (
    /\.(ts|json|sql)$/.test(name) &&
    name !== 'tsconfig.json' &&
    !name.startsWith('.') &&
    !TESTS.test(name) &&
    !SCRIPTS.has(name)
  );
}

/** Run by people at a desk, with the testkit. */
const SCRIPTS = new Set(['record-histories.ts']);

/** At the top of a package: what its authors keep beside the code. Deeper down the same names may be code. */
const BESIDE_THE_CODE =
  /^(tests?|spec|docs?|examples?|demo|fixtures|benchmarks?|bench|coverage|scripts|\.github|\.vscode|\.circleci|\.husky)\/$/i;
const NOTHING_TO_RUN =
  /(\.d\.[cm]?ts|\.[cm]?ts|\.tsx|\.map|\.flow|\.markdown|\.md|\.tsbuildinfo|\.o|\.c|\.cc|\.h|\.gyp|\.rs|\.toml|\.lock)$/i;
const LEGAL = /^(licen[cs]e|notice|copying|patents|copyright)/i;

interface Pruned {
  readonly packages: RegExp;
  readonly paths: RegExp;
  readonly why: string;
}

/** Parts of packages that Node never loads: measured in tens of megabytes, or somebody else's machine. */
const PRUNED: readonly Pruned[] = [
  { packages: /^@opentelemetry\//, paths: /^build\/(esm|esnext)\/$/, why: 'for bundlers; Node takes build/src' },
  { packages: /^typeorm$/, paths: /^browser\/$/, why: 'for bundlers' },
  { packages: /^rxjs$/, paths: /^(src|dist\/(bundles|esm|esm5|types))\/$/, why: 'for bundlers; Node takes dist/cjs' },
  {
    packages: /^@temporalio\/core-bridge$/,
    paths: /^(sdk-core|src|bridge-macros)\/$/,
    why: 'sources of the native part',
  },
];

/** Native builds by platform, as `@temporalio/core-bridge` keeps them all in one package. */
const RELEASE = /^releases\/(?<target>[^/]+)\/$/;

/** Of a package from the registry; `path` is relative to it, a folder has a slash at the end. */
export function isWantedFile(packageName: string, path: string, rustTarget: string): boolean {
  const name = basename(path);
  if (path.endsWith('/')) {
    if (name === 'node_modules' || name === '__tests__' || BESIDE_THE_CODE.test(path)) return false;
    const release = packageName === '@temporalio/core-bridge' ? RELEASE.exec(path)?.groups?.['target'] : undefined;
    if (release !== undefined && release !== rustTarget) return false;
    return !PRUNED.some(({ packages, paths }) => packages.test(packageName) && paths.test(path));
  }
  if (LEGAL.test(name)) return true;
  return !name.startsWith('.') && !NOTHING_TO_RUN.test(name) && !TESTS.test(name);
}
