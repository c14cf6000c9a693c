import { resolve } from 'node:path';
import { z } from 'zod';
import { composePlatform } from './compose-platform.ts';
import { runDaemon } from './daemon.ts';
import { platformDir } from './platform-state.ts';
import { platformTopology } from './topology.ts';

// The supervisor of services, workers and edge: `platform-daemon-main.ts STATE_DIR OPTIONS_AS_JSON`, started by `up`.
const optionsSchema = z.strictObject({
  split: z.boolean(),
  pooled: z.boolean(),
  logLevel: z.string(),
  otlpUrl: z.url().optional(),
});

const [, , stateDirArgument = '', optionsArgument = '{}'] = process.argv;
const stateDir = resolve(stateDirArgument);
await runDaemon(platformDir(stateDir), async (progress) => {
  const mode = optionsSchema.parse(JSON.parse(optionsArgument));
  const { input, publish } = await composePlatform(stateDir, mode, progress);
  return { specs: platformTopology(input), publish };
});
