import { createWriteStream, existsSync } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { JOURNAL_FILE_CONTENT_TYPE, journalFileAnswer, MAX_JOURNAL_FILE_BYTES } from '@nexus/contracts';
import { createHeadlessTill } from '@nexus/terminal-headless';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { sizeOfFile, withUnwritable } from '../files.ts';
import { runs, type CommandContext, type CommandIo } from './command-context.ts';
import { tillsDirectory } from './simulate.ts';

const IMPORT_TIMEOUT_MS = 600_000;
/** Exporting needs no platform; whoever tried to reach one would find nobody. */
const NOWHERE = 'http://nowhere.invalid';

interface ExportFlags {
  readonly dir?: string;
  readonly tenant?: string;
  readonly terminal?: string;
  readonly chain?: string;
  readonly file: string;
}

/** Writes all that a till still keeps of a chain into a file, whole or not at all. */
export async function exportJournalFile(directory: string, file: string, chain?: string): Promise<{ bytes: number }> {
  if (!existsSync(join(directory, 'till.sqlite'))) throw new CliError(`there is no till in ${directory}`);
  const till = await createHeadlessTill({ directory, platform: NOWHERE }).catch((error: unknown) => {
    throw error instanceof Error && error.name === 'TillInUseError'
      ? new CliError(`the till in ${directory} is in use; close it first`, { cause: error })
      : error;
  });
  const partial = `${file}.part`;
  try {
    await pipeline(Readable.from(till.exportJournal(chain)), createWriteStream(partial));
    await rename(partial, file);
    return { bytes: (await stat(file)).size };
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof Error && error.name === 'UnknownChainError')
      throw new CliError(error.message, { cause: error });
    throw withUnwritable(file, error);
  } finally {
    await till.close();
  }
}

async function directoryOf(context: CommandContext, flags: ExportFlags): Promise<string> {
  if (flags.dir !== undefined) return flags.dir;
  if (flags.tenant === undefined || flags.terminal === undefined) {
    throw new CliError('which till? Give --dir, or --tenant and --terminal of a simulation');
  }
  if (!/^\d{1,6}$/.test(flags.terminal)) throw new CliError(`${flags.terminal} is not a terminal's index`);
  const { tenant } = await context.enter(flags.tenant);
  return join(tillsDirectory(context.config.NEXUS_STATE_DIR), tenant.id, `terminal-${flags.terminal}`);
}

export function addJournalCommands(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  const journal = program.command('journal').description("tills' electronic journals as signed files");
  runs<ExportFlags>(
    journal
      .command('export')
      .description("write a till's journal, signed by it, into a file")
      .requiredOption('--file <file>', 'file to write')
      .option('--dir <folder>', "the till's folder")
      .option('--tenant <slug>', 'chain of a simulated till')
      .option('--terminal <index>', 'index of a simulated till')
      .option('--chain <id>', 'an older chain of the till (default: the newest)'),
    io,
    async (context, flags) => {
      const directory = await directoryOf(context, flags);
      const { bytes } = await exportJournalFile(directory, flags.file, flags.chain);
      context.output.result({ file: flags.file, bytes }, () => `${flags.file}: ${bytes} bytes`);
    },
  );
  runs<{ tenant: string; file: string }>(
    journal
      .command('import')
      .description("take a till's signed journal file, as often as one likes")
      .requiredOption('--tenant <slug>', 'chain')
      .requiredOption('--file <file>', 'journal file'),
    io,
    async ({ enter, output }, flags) => {
      const bytes = await readJournalBytes(flags.file);
      const { api } = await enter(flags.tenant);
      output.progress(`importing ${flags.file}`);
      const answer = await api.call({
        method: 'POST',
        path: '/api/sync/journal-files',
        stream: () => bytes,
        contentType: JOURNAL_FILE_CONTENT_TYPE,
        response: journalFileAnswer,
        timeoutMs: IMPORT_TIMEOUT_MS,
        repeatable: true,
      });
      const { uploads, entries, duplicates } = answer;
      output.result(answer, () => `${uploads} uploads with ${entries} entries, ${duplicates} of them known already`);
    },
  );
}

async function readJournalBytes(file: string): Promise<Uint8Array> {
  const size = await sizeOfFile(file);
  if (size > MAX_JOURNAL_FILE_BYTES) throw new CliError(`${file} is larger than ${MAX_JOURNAL_FILE_BYTES} bytes`);
  return readFile(file);
}
