/** Receives one line for a person who waits. */
export type Progress = (line: string) => void;

const QUIET_MS = 2_000;
const REMIND_MS = 15_000;

/** Runs one step and reports it only when it takes long enough for a person to wonder. */
export async function withProgress<T>(progress: Progress, label: string, step: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  let reported = false;
  let timer = setTimeout(function report() {
    progress(reported ? `${label} (still at it, ${seconds()} s)` : `${label} …`);
    reported = true;
    timer = setTimeout(report, REMIND_MS);
  }, QUIET_MS);
  try {
    const result = await step();
    if (reported) progress(`${label}: done in ${seconds()} s`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
