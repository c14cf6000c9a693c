/**
 * `node deploy/cluster/src/make-secrets.ts [--otlp-url http://collector:4318] | kubectl create -f -`: every Secret of a new
 * platform, made now and written nowhere. `create` refuses to overwrite one that is there.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDir } from '@nexus/local/provide';
import { stringify } from 'yaml';
import { newSecrets } from './secrets.ts';

/** Identity's own command makes them; what is published and what signs is its business. */
function newTokenKeys(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-token-keys-'));
  try {
    const file = join(folder, 'token-keys.json');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(checkoutDir, 'services/identity/src/rotate-token-keys.ts')],
      { env: { ...process.env, NEXUS_TOKEN_KEY_FILE: file }, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`the keys of tokens could not be made:\n${stderr}`);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { 'otlp-url': { type: 'string' } } });
for (const secret of newSecrets(newTokenKeys(), values['otlp-url'])) process.stdout.write(`---\n${stringify(secret)}`);
