export const OK = 'ok';

const STABLE_CODE = /^[A-Z]{2,4}-\d{4}$/;

/** How something ended, as a label: the stable code of an expected failure, `error` for everything else. */
export function outcomeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && STABLE_CODE.test(code) ? code : 'error';
}

/** Runs work and says how it ended and how long it took, seconds. What it throws goes on. */
export async function timed<T>(work: () => Promise<T>, done: (outcome: string, seconds: number) => void): Promise<T> {
  const startedAt = performance.now();
  try {
    const result = await work();
    done(OK, secondsSince(startedAt));
    return result;
  } catch (error) {
    done(outcomeOf(error), secondsSince(startedAt));
    throw error;
  }
}

/** `startedAt` of `performance.now()`. */
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;
