import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from '@jest/globals';
import { AZURE, azureStages, checkoutDir, fromCheckout, GITHUB, githubStages, type Read } from './read-pipelines.ts';
import { complaintsAbout } from './rules.ts';

const DEPLOY_ON_GITHUB = '.github/workflows/deploy.yml';
const DEPLOY_ON_AZURE = 'deploy/pipelines/azure/deploy.yml';
const { scripts } = JSON.parse(readFileSync(join(checkoutDir, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('what GitHub makes of', () => {
  const errorsIn = (name: string, content: string): string[] =>
    parseWorkflow({ name, content }, new NoOperationTraceWriter())
      .context.errors.getErrors()
      .map(({ message }) => message);

  test.each([GITHUB, DEPLOY_ON_GITHUB])('%s is no error', async (path) => {
    expect(errorsIn(path, await fromCheckout(path))).toEqual([]);
  });

  test('a word that it does not know is one', async () => {
    const text = await fromCheckout(GITHUB);
    expect(errorsIn(GITHUB, text.replace('timeout-minutes', 'timeout-minuts'))).not.toEqual([]);
  });
});

const pipelines: [string, (read?: Read) => ReturnType<typeof githubStages>][] = [
  ['GitHub', githubStages],
  ['Azure', azureStages],
];

test.each(pipelines)('the pipeline of %s keeps the rules', async (_name, stages) => {
  expect(complaintsAbout(await stages(), scripts)).toEqual([]);
});

/** The checkout, with one file changed. */
const changed =
  (path: string, from: string | RegExp, to: string): Read =>
  async (asked) => {
    const text = await fromCheckout(asked);
    if (asked !== path) return text;
    const other = text.replace(from, to);
    if (other === text) throw new Error(`${path} does not hold ${String(from)}`);
    return other;
  };

describe('a pipeline of GitHub', () => {
  test.each<[string, string, string | RegExp, string, string]>([
    ['that builds what no test saw', GITHUB, 'needs: [test, cluster]', 'needs: [lint]', 'build does not wait for test'],
    ['that deploys what nobody scanned', GITHUB, 'needs: [build, scan]', 'needs: [build]', 'development does not wait'],
    ['that goes to production first', GITHUB, 'needs: [build, staging]', 'needs: [build]', 'production does not wait'],
    ['without the approvals of production', GITHUB, 'environment: production', 'environment: staging', 'approvals'],
    ['without an environment', DEPLOY_ON_GITHUB, 'environment: ${{ inputs.environment }}', '', 'approvals'],
    ['that releases every push', GITHUB, "if: startsWith(github.ref, 'refs/tags/v')", '', 'has no version'],
    ['with an action by its tag', GITHUB, /checkout@\w+/, 'checkout@v7', 'another tomorrow'],
    ['with a script that there is not', GITHUB, 'npm run typecheck', 'npm run types', 'package.json has not'],
    ['with a file that there is not', GITHUB, '.ci/run', '.ci/test', 'is not there'],
    ['with words of its own', GITHUB, 'run: npm run lint', 'run: eslint .', 'something of its own'],
    ['that does not deploy', DEPLOY_ON_GITHUB, /npm run deploy/, 'npm run images', 'does not call'],
  ])('%s is told', async (_what, path, from, to, complaint) => {
    expect(complaintsAbout(await githubStages(changed(path, from, to)), scripts).join('\n')).toContain(complaint);
  });
});

describe('a pipeline of Azure', () => {
  test.each<[string, string, string | RegExp, string, string]>([
    ['that builds what no test saw', AZURE, 'dependsOn: test', 'dependsOn: lint', 'build does not wait for test'],
    ['that deploys what nobody scanned', AZURE, '[build, scan]', '[build]', 'development does not wait'],
    ['that goes to production first', AZURE, '[build, staging]', '[build]', 'production does not wait'],
    ['without an environment', DEPLOY_ON_AZURE, /\n {8}environment: .*/, '', 'approvals'],
    [
      'that releases every push',
      AZURE,
      "condition: startsWith(variables['Build.SourceBranch'], 'refs/tags/v')",
      '',
      'no version',
    ],
    ['with a script that there is not', AZURE, 'npm run typecheck', 'npm run types', 'package.json has not'],
    ['with a file that there is not', AZURE, '.ci/run', '.ci/test', 'is not there'],
    ['with words of its own', AZURE, 'script: npm run lint', 'script: eslint .', 'something of its own'],
  ])('%s is told', async (_what, path, from, to, complaint) => {
    expect(complaintsAbout(await azureStages(changed(path, from, to)), scripts).join('\n')).toContain(complaint);
  });
});

test('both pipelines call the same', async () => {
  // Jobs beside a stage of GitHub are jobs inside one of Azure.
  const called = (stages: Awaited<ReturnType<typeof githubStages>>) =>
    [
      ...new Set(
        stages.flatMap(({ commands }) =>
          commands.filter((command) => command.startsWith('npm run') || command.startsWith('.')),
        ),
      ),
    ]
      .map((command) => command.replace(/ --digests \S+$/, ''))
      .sort();
  expect(called(await azureStages())).toEqual(called(await githubStages()));
});
