import { CliError } from '../cli-error.ts';

function wholeOf(text: string, what: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new CliError(`${what} must be a whole number from ${min} to ${max}, not ${text}`);
  }
  return value;
}

export const secondsOf = (text: string): number => wholeOf(text, 'the timeout', 0, 86_400);
export const countOf = (text: string, what: string, max: number): number => wholeOf(text, what, 1, max);
export const seedOf = (text: string): number => wholeOf(text, 'the seed', 0, 2 ** 32 - 1);
