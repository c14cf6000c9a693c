#!/usr/bin/env node
// Whatever Node runs this, the command itself runs on the one that the workspace pins: it strips types.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function pinnedNode() {
  for (let at = here; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

const node = pinnedNode();
if (node === undefined) {
  process.stderr.write('nexus: Node 24 of this workspace is not installed; run: npm install\n');
  process.exit(1);
}
const main = join(here, '..', 'src', 'main.ts');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The terminal sends Ctrl-C to both; a signal sent to this process alone is handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`nexus: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
