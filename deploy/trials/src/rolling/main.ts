/** `npm run test:rolling`: every process replaced one after the other under load. */
import { describeError, LauncherError } from '@nexus/local';
import { HELP, readOptions } from './options.ts';
import { reportJson, reportText, troublesOf } from './report.ts';
import { rolling } from './rolling.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () =>
      interrupted.abort(new LauncherError(`Interrupted by ${signal}.`, 'All is stopped again.')),
    );
  const seen = await rolling(options, interrupted.signal, (line) => console.error(line));
  console.log(options.json ? JSON.stringify(reportJson(seen), null, 2) : reportText(seen));
  return troublesOf(seen).length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  // What was under way when it broke off may try again for minutes; all processes have ended.
  process.exit(1);
}
