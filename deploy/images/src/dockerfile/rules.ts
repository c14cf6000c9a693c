import { last, parseDockerfile, pairsOf, wordsOf, type Stage } from './parse-dockerfile.ts';

const PINNED = /^[a-z0-9.-]+\/[a-z0-9._/-]+:[\w][\w.-]*@sha256:[0-9a-f]{64}$/;
const LABELS = ['title', 'description', 'version', 'revision', 'base.name'].map(
  (name) => `org.opencontainers.image.${name}`,
);
const SECRET = /(password|passwd|secret|token|private_?key|credential|database_url)/i;

/** What is wrong with a Dockerfile, one sentence each; none when all is well. */
export function complaintsAbout(text: string): string[] {
  const stages = parseDockerfile(text);
  const final = stages.at(-1);
  if (final === undefined) return ['it has no FROM'];
  return [
    ...stages.flatMap((stage) => aboutBase(stage, stages)),
    ...stages.flatMap(aboutSecrets),
    ...aboutFinal(final),
  ];
}

function aboutBase({ base, line }: Stage, stages: readonly Stage[]): string[] {
  if (stages.some(({ name }) => name === base)) return [];
  const complaints: string[] = [];
  if (!PINNED.test(base)) complaints.push(`line ${line}: ${base} names no registry, tag and digest`);
  if (/:latest(@|$)/.test(base)) complaints.push(`line ${line}: "latest" is another image tomorrow`);
  return complaints;
}

/** What is given at build time stays readable in the image's history. */
function aboutSecrets({ instructions }: Stage): string[] {
  return instructions
    .filter(({ name, text }) => (name === 'ARG' || name === 'ENV') && SECRET.test(text))
    .map(({ name, line }) => `line ${line}: ${name} looks like a secret`);
}

function aboutFinal(final: Stage): string[] {
  const complaints: string[] = [];
  const user = last(final, 'USER') ?? 'root';
  if (!/^[1-9]\d*:[1-9]\d*$/.test(user)) {
    complaints.push(`the image runs as ${user}: Kubernetes believes only a number other than 0 that it is not root`);
  }
  if (wordsOf(final, 'ENTRYPOINT') === undefined)
    complaints.push('ENTRYPOINT is not written as ["…"]: a shell would take SIGTERM');
  if (final.instructions.some(({ name }) => name === 'RUN'))
    complaints.push('the last stage runs something: it has no shell');
  if (final.instructions.some(({ name }) => name === 'ADD'))
    complaints.push('ADD fetches and unpacks; COPY does what it says');
  for (const { text, line } of final.instructions.filter(({ name }) => name === 'COPY')) {
    if (!text.includes('--from=')) complaints.push(`line ${line}: the last stage copies from the checkout`);
  }
  const labels = pairsOf(final, 'LABEL');
  for (const label of LABELS) if (!labels.has(label)) complaints.push(`the label ${label} is missing`);
  return complaints;
}
