import { openAsBlob } from 'node:fs';
import { IMPORT_CONTENT_TYPE, importAnswer, importRejection, type ImportAnswer } from '@nexus/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { sizeOfFile } from '../files.ts';
import { tableOf } from '../output/output.ts';
import type { ApiClient } from '../session/api-client.ts';
import { runs, type CommandIo } from './command-context.ts';

const TIMEOUT_MS = 610_000;

/** Sends a file of products. Importing again changes nothing, so a try that got lost is made again. */
export const importProducts = (
  api: ApiClient,
  csv: () => ReadableStream<Uint8Array> | Uint8Array,
): Promise<ImportAnswer> =>
  api.call({
    method: 'POST',
    path: '/api/catalog/imports',
    stream: csv,
    contentType: IMPORT_CONTENT_TYPE,
    response: importAnswer,
    timeoutMs: TIMEOUT_MS,
    repeatable: true,
  });

/** The bad rows of a refused import, as people want to read them. */
function withBadRows(error: unknown): unknown {
  if (!(error instanceof CliError) || error.code !== 'CAT-1001') return error;
  const rejection = importRejection.safeParse(error.problem);
  if (!rejection.success) return error;
  const { badRows, badRowsTotal } = rejection.data;
  const table = tableOf(
    ['line', 'reason'],
    badRows.map((row) => [row.line, row.reason]),
  );
  const more = badRowsTotal > badRows.length ? `\n… and ${badRowsTotal - badRows.length} more` : '';
  return new CliError(`${error.message}\n${table}${more}`, { cause: error, code: error.code, problem: error.problem });
}

export function addCatalogueCommands(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  const catalogue = program.command('catalogue').description("a chain's products");
  runs<{ tenant: string; file: string }>(
    catalogue
      .command('import')
      .description('import products from CSV: the whole file, or nothing and every bad row named')
      .requiredOption('--tenant <slug>', 'chain')
      .requiredOption(
        '--file <csv>',
        'columns code, description, price; optional: barcodes, unit, tax_group, attribute:<name>',
      ),
    io,
    async ({ enter, output }, options) => {
      await sizeOfFile(options.file);
      const { api } = await enter(options.tenant);
      const file = await openAsBlob(options.file);
      output.progress(`importing ${options.file}`);
      const answer = await importProducts(api, () => file.stream() as ReadableStream<Uint8Array>).catch(
        (error: unknown) => {
          throw withBadRows(error);
        },
      );
      const { rows, created, updated, unchanged } = answer;
      output.result(answer, () => `${rows} rows: ${created} new, ${updated} changed, ${unchanged} as before`);
    },
  );
}
