import { parseAllDocuments } from 'yaml';
import { chartDir } from '../paths.ts';
import { readSources } from '../tools/sources.ts';
import { succeed } from './execute.ts';
import { manifestSchema, type Manifest } from './manifests.ts';
import { valuesFile, type Variant } from './values-files.ts';

export const RELEASE = 'nexus';
export const NAMESPACE = 'nexus';

/** Helm assumes an old Kubernetes where it is not told. */
export const kubernetesVersion = (): string => readSources().kubernetes.version.replace(/^v/, '');

/** What Helm is told of a variant. */
export function variantArguments({ environment, set = {} }: Variant): string[] {
  return [
    '--values',
    valuesFile(environment),
    ...Object.entries(set).flatMap(([path, value]) => ['--set', `${path}=${value}`]),
  ];
}

/** The chart of a variant as text, hooks included. */
export function renderText(helm: string, variant: Variant, chart = chartDir): Promise<string> {
  const args = ['template', RELEASE, chart, '--namespace', NAMESPACE, '--kube-version', kubernetesVersion()];
  return succeed(helm, [...args, ...variantArguments(variant)]);
}

export async function render(helm: string, variant: Variant): Promise<Manifest[]> {
  return parseManifests(await renderText(helm, variant));
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null)
    .map((object) => manifestSchema.parse(object));
}
