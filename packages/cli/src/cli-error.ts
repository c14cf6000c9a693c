/** Something that a person can do something about: told without a stack, exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** Stable code of the server's problem, where it was one. */
  readonly code: string | undefined;
  /** Further members of the server's problem, e.g. the bad rows of an import. */
  readonly problem: Readonly<Record<string, unknown>> | undefined;

  constructor(
    message: string,
    options: { cause?: unknown; code?: string | undefined; problem?: Record<string, unknown> | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.problem = options.problem;
  }
}
