import { buildImages } from './build.ts';
import { checkDockerfiles } from './dockerfile/check-dockerfiles.ts';
import { readOptions, USAGE, UsageError, type Options } from './options.ts';
import { checkoutDir } from './paths.ts';
import { pinBases } from './base/pin-bases.ts';
import { writeRootfs } from './rootfs.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run(options: Options): Promise<void> {
  switch (options.command) {
    case 'rootfs':
      await writeRootfs({ checkout: checkoutDir, ...options, say });
      return;
    case 'build':
      return buildImages({ checkout: checkoutDir, ...options, say });
    case 'check':
      return checkDockerfiles(say);
    case 'pin':
      return pinBases(say);
  }
}

try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  process.exitCode = 1;
}
