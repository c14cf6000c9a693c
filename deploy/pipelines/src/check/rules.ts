import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir, type Stage } from './read-pipelines.ts';

/** Each after the one before it, by whatever way. */
const ORDER = ['lint', 'test', 'build', 'scan', 'development', 'staging', 'production'] as const;
const DEPLOYED = ['development', 'staging', 'production'];

/** What each stage calls: the same words as a developer. */
const CALLS: Readonly<Record<(typeof ORDER)[number], readonly RegExp[]>> = {
  lint: [/^npm run lint$/, /^npm run typecheck$/, /^npm run images -- --check$/],
  test: [/^\.ci\/run$/],
  build: [/^npm run images -- --build .*--push .*--digests /],
  scan: [/^npm run scan -- /],
  development: [/^npm run deploy -- /],
  staging: [/^npm run deploy -- /],
  production: [/^npm run deploy -- /],
};

/** What is wrong with a pipeline, one sentence each; none when all is well. */
export function complaintsAbout(stages: readonly Stage[], scripts: Readonly<Record<string, string>>): string[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  return [
    ...ORDER.flatMap((name, index) => aboutOrder(byName, name, ORDER[index - 1])),
    ...ORDER.flatMap((name) => aboutCalls(byName.get(name), CALLS[name])),
    ...stages.flatMap((stage) => stage.commands.flatMap((command) => aboutCommand(stage, command, scripts))),
    ...stages.flatMap(aboutPins),
    ...DEPLOYED.flatMap((name) => aboutEnvironment(byName.get(name), name)),
    ...aboutProduction(byName.get('production')),
  ];
}

function aboutOrder(stages: ReadonlyMap<string, Stage>, name: string, before: string | undefined): string[] {
  if (!stages.has(name)) return [`there is no stage ${name}`];
  if (before === undefined || reaches(stages, name, before)) return [];
  return [`${name} does not wait for ${before}`];
}

function reaches(stages: ReadonlyMap<string, Stage>, from: string, to: string): boolean {
  const after = stages.get(from)?.after ?? [];
  return after.some((name) => name === to || reaches(stages, name, to));
}

const aboutCalls = (stage: Stage | undefined, calls: readonly RegExp[]): string[] =>
  calls
    .filter((call) => stage?.commands.some((command) => call.test(command)) !== true)
    .map((call) => `${stage?.name ?? '?'} does not call ${call.source}`);

/** Anybody can repeat what a pipeline does: it calls npm scripts and files of the checkout. */
function aboutCommand(stage: Stage, command: string, scripts: Readonly<Record<string, string>>): string[] {
  if (command === 'npm ci') return [];
  const script = /^npm run (?<name>[\w:-]+)/.exec(command)?.groups?.['name'];
  if (script !== undefined) {
    return script in scripts ? [] : [`${stage.name} calls npm run ${script}, which package.json has not`];
  }
  const file = /^(?:echo ".*\$\(node )?(?<path>[\w./-]+\/[\w.-]+)/.exec(command)?.groups?.['path'];
  if (file === undefined) return [`${stage.name} does something of its own: ${command}`];
  return existsSync(join(checkoutDir, file)) ? [] : [`${stage.name} calls ${file}, which is not there`];
}

/** An action by commit; a task has only its major version to be named by. */
const aboutPins = ({ name, uses }: Stage): string[] =>
  uses
    .filter((used) => !/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/.test(used) && !/^[A-Z]\w+@\d+$/.test(used))
    .map((used) => `${name} uses ${used}, which may be another tomorrow`);

const aboutEnvironment = (stage: Stage | undefined, name: string): string[] =>
  stage?.environment === name ? [] : [`${name} has no environment ${name}, whose approvals it would wait for`];

const aboutProduction = (stage: Stage | undefined): string[] =>
  stage?.condition?.includes('refs/tags/v') === true ? [] : ['production takes what has no version'];
