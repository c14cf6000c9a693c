/**
 * Runs before `npm start` and `npm test`, with whatever Node the machine has and nothing installed: sees to it that the
 * dependencies are those of package-lock.json and that the Node pinned among them works. npm puts node_modules/.bin
 * first on PATH, so the next script already runs on that one. Plain JavaScript and Node's own modules only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE_MAJOR = 20;

/** What has to be installed again: `[path, wanted, found]` of the first difference, or undefined. */
export function firstDifference(lock, installed) {
  for (const [path, wanted] of Object.entries(lock.packages)) {
    // What is optional may be for another machine.
    if (!path.includes('node_modules/') || wanted.optional || wanted.devOptional || wanted.peer) continue;
    const found = installed.packages[path];
    const same = wanted.link ? found?.link === true : found?.version === wanted.version;
    if (!same) return [path, wanted.version ?? 'a link', found?.version ?? 'nothing'];
  }
  return undefined;
}

class BootstrapError extends Error {}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function whyInstall(root) {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return 'node_modules is missing';
  const difference = firstDifference(readJson(join(root, 'package-lock.json')), readJson(record));
  return difference && `${difference[0]} should be ${difference[1]}, is ${difference[2]}`;
}

/** The npm that called us, run by the Node that runs us. */
function tryNpm(root, args) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli && existsSync(cli) ? [process.execPath, [cli]] : ['npm', []];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], { cwd: root, encoding: 'utf8' });
  return { ok: !error && status === 0, output: error ? error.message : `${stdout}${stderr}`.trim() };
}

function npm(root, args) {
  const { ok, output } = tryNpm(root, args);
  if (ok) return;
  throw new BootstrapError(
    `\`npm ${args.join(' ')}\` failed:\n${output}\n  What to do: see to it that npm reaches its registry, then run this again.`,
  );
}

/**
 * `npm ci` demands that the lock file names the packages of every machine there is. A registry that does not carry
 * some of them (all optional) leaves them out of the lock file, and then only `npm install` will do; it keeps to the
 * versions of the lock file too, and `--no-save` keeps it from writing one.
 */
function installDependencies(root) {
  const { ok, output } = tryNpm(root, ['ci', '--loglevel=error']);
  if (ok) return;
  if (!output.includes('EUSAGE')) {
    throw new BootstrapError(
      `\`npm ci\` failed:\n${output}\n  What to do: see to it that npm reaches its registry, then run this again.`,
    );
  }
  npm(root, ['install', '--no-save', '--loglevel=error']);
}

function pinnedNodeVersion(root) {
  const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

function ensurePinnedNode(root) {
  const wanted = readJson(join(root, 'package.json')).devDependencies.node;
  if (pinnedNodeVersion(root) === wanted) return;
  // Its install script, which fetches nothing but links the program into place, was not run.
  npm(root, ['rebuild', 'node', '--foreground-scripts']);
  const found = pinnedNodeVersion(root);
  if (found === wanted) return;
  throw new BootstrapError(
    `Node ${wanted} was installed as a dependency but does not run here (found ${found ?? 'none'}).\n` +
      `  What to do: allow install scripts for the package "node", or put Node ${wanted} on PATH as node_modules/.bin/node.`,
  );
}

function main(root) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE_MAJOR) {
    throw new BootstrapError(
      `Node ${process.versions.node} is too old.\n  What to do: install Node ${OLDEST_NODE_MAJOR} or newer.`,
    );
  }
  const why = whyInstall(root);
  if (why) {
    console.log(`installing dependencies (${why}) …`);
    const startedAt = Date.now();
    installDependencies(root);
    console.log(`installing dependencies: done in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
  ensurePinnedNode(root);
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  try {
    main(resolve(dirname(fileURLToPath(import.meta.url)), '../..'));
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
