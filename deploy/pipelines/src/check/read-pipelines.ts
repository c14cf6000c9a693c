import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const checkoutDir = resolve(import.meta.dirname, '../../../..');
export const GITHUB = '.github/workflows/pipeline.yml';
export const AZURE = 'azure-pipelines.yml';

/** A stage of either pipeline, as far as the rules ask. */
export interface Stage {
  readonly name: string;
  readonly after: readonly string[];
  /** What is called, line by line. */
  readonly commands: readonly string[];
  /** Actions (`owner/name@ref`) and tasks (`Name@1`). */
  readonly uses: readonly string[];
  /** The environment whose approvals it waits for. */
  readonly environment: string | undefined;
  readonly condition: string | undefined;
}

/** Reads a file of the checkout; tests hand in changed ones. */
export type Read = (path: string) => Promise<string>;
export const fromCheckout: Read = (path) => readFile(join(checkoutDir, path), 'utf8');

const strings = z.union([z.string(), z.array(z.string())]).optional();
const listOf = (value: z.output<typeof strings>): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const stepSchema = z.looseObject({
  run: z.string().optional(),
  uses: z.string().optional(),
  script: z.string().optional(),
  task: z.string().optional(),
  template: z.string().optional(),
});
type Step = z.output<typeof stepSchema>;

const githubSchema = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({
      needs: strings,
      if: z.string().optional(),
      uses: z.string().optional(),
      with: z.record(z.string(), z.string()).optional(),
      environment: z.string().optional(),
      steps: z.array(stepSchema).default([]),
    }),
  ),
});

/** The jobs of GitHub's pipeline; a job that calls another file of ours is read on there. */
export async function githubStages(read: Read = fromCheckout): Promise<Stage[]> {
  const { jobs } = githubSchema.parse(parse(await read(GITHUB)));
  const stages: Stage[] = [];
  for (const [name, job] of Object.entries(jobs)) {
    const called =
      job.uses?.startsWith('./') === true ? githubSchema.parse(parse(await read(job.uses.slice(2)))) : undefined;
    const inner = called === undefined ? [job] : Object.values(called.jobs);
    const steps = inner.flatMap((one) => one.steps);
    const environment = inner.find((one) => one.environment !== undefined)?.environment;
    stages.push({
      ...{ name, after: listOf(job.needs), condition: job.if },
      commands: steps.flatMap(({ run }) => linesOf(run)),
      uses: steps.flatMap(({ uses }) => uses ?? []),
      environment: environment === '${{ inputs.environment }}' ? job.with?.['environment'] : environment,
    });
  }
  return stages;
}

const azureJobSchema = z.looseObject({
  environment: z.string().optional(),
  steps: z.array(stepSchema).default([]),
  strategy: z.looseObject({ runOnce: z.object({ deploy: z.object({ steps: z.array(stepSchema) }) }) }).optional(),
});
const azureStageSchema = z.looseObject({
  stage: z.string().optional(),
  dependsOn: strings,
  condition: z.string().optional(),
  template: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  jobs: z.array(azureJobSchema).default([]),
});
const azureSchema = z.looseObject({ stages: z.array(azureStageSchema) });
const stepsFileSchema = z.object({ steps: z.array(stepSchema) });

/** The stages of Azure's pipeline, templates of ours put in. */
export async function azureStages(read: Read = fromCheckout): Promise<Stage[]> {
  const { stages } = azureSchema.parse(parse(await read(AZURE)));
  const found: Stage[] = [];
  for (const entry of stages) {
    if (entry.template === undefined) {
      found.push(await azureStage(entry, '.', read));
      continue;
    }
    const text = withParameters(await read(entry.template), entry.parameters ?? {});
    const [stage] = azureSchema.parse(parse(text)).stages;
    if (stage === undefined) throw new Error(`${entry.template} holds no stage`);
    found.push(await azureStage(stage, dirname(entry.template), read));
  }
  return found;
}

async function azureStage(entry: z.output<typeof azureStageSchema>, folder: string, read: Read): Promise<Stage> {
  const steps: Step[] = [];
  for (const step of entry.jobs.flatMap((job) => [...job.steps, ...(job.strategy?.runOnce.deploy.steps ?? [])])) {
    if (step.template === undefined) steps.push(step);
    else steps.push(...stepsFileSchema.parse(parse(await read(join(folder, step.template)))).steps);
  }
  return {
    ...{ name: entry.stage ?? '', after: listOf(entry.dependsOn), condition: entry.condition },
    commands: steps.flatMap(({ script }) => linesOf(script)),
    uses: steps.flatMap(({ task }) => task ?? []),
    environment: entry.jobs.find((job) => job.environment !== undefined)?.environment,
  };
}

/** Puts what a template is called with in the place of `${{ parameters.x }}`, as Azure does before it reads the file. */
function withParameters(text: string, given: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(/\$\{\{ parameters\.(\w+) \}\}/g, (_all, name: string) => {
    const value = given[name] ?? 'true';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

const linesOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
