/** What one step of the test run found. A check like the linter counts as one test. */
export interface Tally {
  readonly step: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  /** One line for each failure: what failed, by its full name. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** The part of Jest's `--json` report that is read here. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** A file that failed to load has no tests to count, so it counts as one that failed. */
export function tallyOfJest(step: string, report: JestReport, root: string, seconds: number): Tally {
  const failures: string[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const file of report.testResults) {
    const path = file.name.startsWith(root) ? file.name.slice(root.length + 1) : file.name;
    const name = (test: { fullName: string }): string => `${path}: ${test.fullName}`;
    const failedTests = file.assertionResults.filter(({ status }) => status === 'failed');
    failures.push(...failedTests.map(name));
    if (file.status === 'failed' && failedTests.length === 0) failures.push(`${path}: did not run to its end`);
    skipped.push(...file.assertionResults.filter(({ status }) => status !== 'failed' && status !== 'passed').map(name));
    passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
  }
  return { step, passed, failed: failures.length, skipped, failures, seconds };
}

export const tallyOfCheck = (step: string, failure: string | undefined, seconds: number): Tally => ({
  step,
  passed: failure === undefined ? 1 : 0,
  failed: failure === undefined ? 0 : 1,
  skipped: [],
  failures: failure === undefined ? [] : [`${step}: ${failure}`],
  seconds,
});

const MAX_LISTED = 100;

/** The table, what failed, what was skipped, and as the last line exactly `N passed, N failed`. */
export function summary(tallies: readonly Tally[]): string {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const width = Math.max(4, ...tallies.map(({ step }) => step.length));
  const rows = tallies.map(
    ({ step, passed, failed, skipped, seconds }) =>
      `  ${step.padEnd(width)}  ${String(passed).padStart(5)} passed  ${String(failed).padStart(3)} failed  ` +
      `${String(skipped.length).padStart(3)} skipped  ${seconds.toFixed(0).padStart(4)} s`,
  );
  return [
    '',
    ...rows,
    ...listed(
      'skipped',
      tallies.flatMap(({ skipped }) => skipped),
    ),
    ...listed(
      'failed',
      tallies.flatMap(({ failures }) => failures),
    ),
    '',
    `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`,
  ].join('\n');
}

function listed(word: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > MAX_LISTED ? [`  … and ${names.length - MAX_LISTED} more`] : [];
  return ['', `${word}:`, ...names.slice(0, MAX_LISTED).map((name) => `  ${name}`), ...more];
}
