import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHART, deployArguments, ENVIRONMENTS, type DeployInput } from './deploy-arguments.ts';

const input: DeployInput = {
  ...{ environment: 'production', release: '1.2.3', registry: 'registry.example', digests: 'digests.json' },
  ...{ values: ['ours.yaml'], namespace: 'nexus', timeout: '20m', dryRun: false },
};

describe('what Helm is told', () => {
  test('is one release that comes whole or not at all, of images by digest', () => {
    const line = deployArguments(input).join(' ');
    expect(line).toContain(`upgrade nexus ${CHART} --install`);
    expect(line).toContain('--atomic --wait --wait-for-jobs --timeout 20m');
    expect(line).toContain('image.registry=registry.example --set-string image.tag=1.2.3');
    // Later ones win: an installation's own over the environment's, what was built over all.
    expect(line).toMatch(/--values \S+values-production.yaml --values ours.yaml --values digests.json /);
    expect(line).not.toContain('--dry-run');
    expect(deployArguments({ ...input, dryRun: true })).toContain('--dry-run=server');
  });

  test.each(Object.entries(ENVIRONMENTS))('%s has values', (_name, file) => {
    expect(existsSync(join(CHART, file))).toBe(true);
  });

  test('is nothing where images could be others tomorrow', () => {
    expect(() => deployArguments({ ...input, release: 'latest' })).toThrow('no version');
    expect(() => deployArguments({ ...input, digests: undefined })).toThrow('by digest');
    expect(() => deployArguments({ ...input, environment: 'staging', digests: undefined })).toThrow('by digest');
    expect(deployArguments({ ...input, environment: 'development', digests: undefined })).toContain('--atomic');
  });
});

describe('the command', () => {
  let dir: string;
  /** A helm that writes down how it was called. */
  const helm = `#!/bin/sh
{ echo "$@"; cat "$KUBECONFIG"; stat -c %a "$KUBECONFIG"; echo "left: $NEXUS_DEPLOY_KUBECONFIG"; } > "$CALLED"
echo "$KUBECONFIG" > "$CALLED.file"
exit "$HELM_CODE"
`;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nexus-pipelines-'));
    await writeFile(join(dir, 'helm'), helm);
    await chmod(join(dir, 'helm'), 0o755);
  });
  afterAll(() => rm(dir, { recursive: true }));

  const deploy = (code: string) =>
    promisify(execFile)(
      process.execPath,
      [
        ...[join(import.meta.dirname, 'main.ts'), '--environment', 'staging', '--release', '1.2.3'],
        ...['--registry', 'registry.example', '--digests', 'digests.json'],
      ],
      {
        env: {
          PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}`,
          CALLED: join(dir, 'called'),
          HELM_CODE: code,
          NEXUS_DEPLOY_KUBECONFIG: Buffer.from('kind: Config').toString('base64'),
        },
      },
    );

  test('logs in with the pipeline’s secret, which is nowhere afterwards', async () => {
    await deploy('0');
    const called = await readFile(join(dir, 'called'), 'utf8');
    expect(called).toMatch(/^upgrade nexus .*values-staging\.yaml/);
    expect(called).toContain('kind: Config600\nleft: \n');
    expect(existsSync((await readFile(join(dir, 'called.file'), 'utf8')).trim())).toBe(false);
  });

  test('fails where Helm fails, and leaves no login behind then either', async () => {
    await expect(deploy('3')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('helm ended with 3') });
    expect(existsSync((await readFile(join(dir, 'called.file'), 'utf8')).trim())).toBe(false);
  });
});
