/** State directory of a running platform that the end-to-end test may use instead of starting its own. */
export const GIVEN_PLATFORM = 'NEXUS_TEST_PLATFORM';
/** The one place that reads the environment. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
