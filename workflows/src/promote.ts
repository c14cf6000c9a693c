/** Says which build of the workflows a release wants: `node workflows/src/promote.ts --help`. */
import { environment } from './config.ts';
import { runPromotion } from './promotion/run-promotion.ts';

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
process.exitCode = await runPromotion({
  args: process.argv.slice(2),
  env: environment,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stopping: stopping.signal,
});
