import { runNexus } from './program.ts';

process.exitCode = await runNexus(process.argv.slice(2));
