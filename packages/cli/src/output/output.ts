import Table from 'cli-table3';

/** Where a command says things: results to stdout, progress and troubles to stderr, so that scripts can pipe results. */
export interface Output {
  readonly json: boolean;
  /** The result: one JSON document with `--json`, otherwise what `human` prints. */
  result(value: unknown, human: () => string): void;
  /** A line about a long step. */
  progress(line: string): void;
}

export interface Streams {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

export const standardStreams: Streams = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

export const createOutput = (json: boolean, streams: Streams = standardStreams): Output => ({
  json,
  result: (value, human) => streams.stdout(json ? `${JSON.stringify(value, null, 2)}\n` : `${human()}\n`),
  progress: (line) => streams.stderr(`${line}\n`),
});

/** A number, or an amount with its currency. */
const NUMERIC = /^-?\d+(\.\d+)?( [A-Z]{3})?$/;

/** A plain table; numbers to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = head.map((_, at) => rows.length > 0 && rows.every((row) => NUMERIC.test(String(row[at]))));
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((is) => (is ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(String)));
  return table.toString();
}
