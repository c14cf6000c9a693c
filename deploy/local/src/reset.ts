import { describeError } from './launcher-error.ts';
import { reset } from './launcher.ts';
import { defaultStateDir } from './paths.ts';

try {
  await reset();
  console.log(`Everything was stopped and ${defaultStateDir} deleted.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
