import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { imageName, PROCESSES } from '@nexus/images';
import { CommandFailed, main, run } from '../command.ts';
import { scanArguments } from './scan-arguments.ts';

/** `npm run scan -- --registry HOST/PATH --release VERSION`: every image, then what failed. */
await main(async () => {
  const { values } = parseArgs({ options: { registry: { type: 'string' }, release: { type: 'string' } } });
  const { registry, release } = values;
  if (registry === undefined || release === undefined) throw new Error('--registry and --release are needed');
  const config = join(homedir(), '.docker/config.json');
  const dockerConfig = existsSync(config) ? config : undefined;
  const failed: string[] = [];
  for (const process of PROCESSES) {
    const image = imageName(registry, process, release);
    await run('docker', scanArguments({ image, dockerConfig })).catch((error: unknown) => {
      if (!(error instanceof CommandFailed)) throw error;
      failed.push(image);
    });
  }
  if (failed.length > 0) throw new Error(`not fit for a release: ${failed.join(', ')}`);
});
