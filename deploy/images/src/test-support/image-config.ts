import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCKERFILE } from '../dockerfile/check-dockerfiles.ts';
import { last, pairsOf, parseDockerfile, wordsOf } from '../dockerfile/parse-dockerfile.ts';

/** What a container engine reads off an image before it starts it. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  readonly cwd: string;
}

/** The Dockerfile's last stage, with the image's root at `root` instead of `/`. */
export function imageConfig(root: string): ImageConfig {
  const stage = parseDockerfile(readFileSync(DOCKERFILE, 'utf8')).at(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  const below = (path: string): string => (/^\/(app|usr)\b/.test(path) ? join(root, path) : path);
  const [uid, gid] = (last(stage, 'USER') ?? '').split(':').map(Number);
  const env = [...pairsOf(stage, 'ENV')].map(([name, value]) => [name, below(value)]);
  return {
    entrypoint: (wordsOf(stage, 'ENTRYPOINT') ?? []).map(below),
    command: (wordsOf(stage, 'CMD') ?? []).map(below),
    env: Object.fromEntries(env) as Record<string, string>,
    uid: uid ?? 0,
    gid: gid ?? 0,
    cwd: below(last(stage, 'WORKDIR') ?? '/'),
  };
}
