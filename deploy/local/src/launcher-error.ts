/**
 * Something a person has to put right: what is wrong in the message, what to do about it in `remedy`.
 * Anything else that is thrown is a bug and keeps its stack.
 */
export class LauncherError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LauncherError';
    this.remedy = remedy;
  }
}

/** One readable text for the terminal: a launcher error with its remedy, anything else with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof LauncherError) return `${error.message}\n  What to do: ${error.remedy}`;
  if (isDiskFull(error)) {
    return `${messageOf(error)}\n  What to do: free some space (\`df -h\` shows where), then start again.`;
  }
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** The short text of an error, for use inside another message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  return `${error.message} (${error.cause.message})`;
}

function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).code === 'ENOSPC' || isDiskFull(error.cause);
}
