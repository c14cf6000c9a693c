import { resolve } from 'node:path';
import { runDaemon } from '../daemon.ts';
import { composeEngines } from './engine-set.ts';
import { engineOptionsSchema } from './options.ts';
import { writeEnginesState } from './state.ts';

// The supervisor of the engines: `daemon-main.ts STATE_DIR OPTIONS_AS_JSON`, started by `startEngines`.
const [, , stateDirArgument = '', optionsArgument = '{}'] = process.argv;
const stateDir = resolve(stateDirArgument);
const options = engineOptionsSchema.parse(JSON.parse(optionsArgument));

await runDaemon(stateDir, async (progress) => {
  const engines = await composeEngines(stateDir, options, progress);
  return {
    specs: engines.specs,
    publish: (processes) => writeEnginesState(stateDir, engines.state(processes)),
  };
});
