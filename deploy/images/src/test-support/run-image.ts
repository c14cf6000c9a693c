import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { imageConfig } from './image-config.ts';

export interface RunningImage {
  readonly child: ChildProcess;
  /** Exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

const MAX_OUTPUT_CHARACTERS = 64 * 1024;

/**
 * Starts an image's files as its Dockerfile says: entry point, environment, folder and user, and nothing of this process's
 * own environment, no home and no PATH. Only root can become that user; anybody else starts it as himself.
 */
export function runImage(
  root: string,
  env: Readonly<Record<string, string>>,
  command?: readonly string[],
): RunningImage {
  const image = imageConfig(root);
  const [program = '', ...flags] = image.entrypoint;
  const child = spawn(program, [...flags, ...(command ?? image.command)], {
    cwd: image.cwd,
    env: { ...image.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid: image.uid, gid: image.gid } : {}),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARACTERS);
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, output: () => output };
}
