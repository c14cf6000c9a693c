import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutDir } from '@nexus/local';
import { Command, InvalidArgumentError, Option } from 'commander';
import { measureIdle } from './idle/measure-idle.ts';
import { measureIngest } from './ingest/measure-ingest.ts';
import { measureLookup } from './lookup/measure-lookup.ts';
import { startPlatform, stopPlatform } from './platform.ts';
import { reportOf, type BenchResult } from './report.ts';

const PARTS = ['ingest', 'split', 'lookup', 'idle'] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly only: readonly Part[];
  readonly runs: number;
  readonly tills: number;
  readonly uploads: number;
  readonly tenants: number;
  readonly seconds: number;
  readonly port: number;
  readonly json?: boolean;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return value;
};

const program = new Command('bench')
  .description(
    'Measures the platform on this machine: replay against the floor, barcode look-up, idle cost. Figures of one run compare with each other, not with another machine.',
  )
  .addOption(new Option('--only <parts...>', 'which parts').choices(PARTS).default(PARTS))
  .option('--runs <n>', 'counted runs of floor and ingest, interleaved', wholeNumber, 5)
  .option('--tills <n>', 'tills that push side by side', wholeNumber, 50)
  .option('--uploads <n>', 'uploads of 100 sales that each till pushes in a run', wholeNumber, 20)
  .option('--tenants <n>', 'idle tenants', wholeNumber, 200)
  .option('--seconds <n>', 'length of look-up and idle measurements', wholeNumber, 30)
  .option('--port <n>', 'port of the bench’s own edge', wholeNumber, 8_095)
  .option('--json', 'one JSON object on standard output');

async function bench(options: Options): Promise<BenchResult> {
  const stateDir = join(checkoutDir, '.nexus', 'bench');
  const onProgress = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const start = (split: boolean) => startPlatform({ stateDir, split, edgePort: options.port, onProgress });
  const load = {
    tills: options.tills,
    salesPerUpload: 100,
    uploadsPerTill: options.uploads,
    runs: options.runs,
    onProgress,
  };
  const result: BenchResult = {};
  await stopPlatform(stateDir);
  await rm(stateDir, { recursive: true, force: true });
  try {
    // Idle first: it wants a platform without tenants.
    if (options.only.includes('idle'))
      result.idle = await measureIdle(await start(false), {
        tenants: options.tenants,
        seconds: options.seconds,
        onProgress,
      });
    if (options.only.includes('ingest')) result.ingest = await measureIngest(await start(false), load);
    if (options.only.includes('lookup')) {
      result.lookup = await measureLookup(await start(false), {
        products: 100_000,
        requestsPerSecond: 300,
        seconds: options.seconds,
        onProgress,
      });
    }
    if (options.only.includes('split')) result.split = await measureIngest(await start(true), load);
    return result;
  } finally {
    await stopPlatform(stateDir);
  }
}

program.parse();
const options = program.opts<Options>();
const result = await bench(options);
process.stdout.write(options.json === true ? `${JSON.stringify(result, null, 2)}\n` : reportOf(result));
