import { main } from '../command.ts';
import { releaseName } from './release-name.ts';

// `main.ts REF COMMIT`, printed: the version of what is built from there.
const [, , ref = '', commit = ''] = process.argv;
await main(() => {
  process.stdout.write(`${releaseName(ref, commit)}\n`);
});
