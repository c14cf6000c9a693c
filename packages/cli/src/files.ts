import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { CliError } from './cli-error.ts';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** How large a file is. Fails with what a person can act on where it is not there, may not be read, or is no file. */
export async function sizeOfFile(path: string): Promise<number> {
  let found;
  try {
    await access(path, constants.R_OK);
    found = await stat(path);
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (!found.isFile()) throw new CliError(`${path} cannot be read: it is not a file`);
  return found.size;
}

/** What the system says of a file that could not be written, for people; any other error as it is. */
export const withUnwritable = (path: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error
    ? new CliError(`${path} cannot be written: ${error.message}`, { cause: error })
    : error;
