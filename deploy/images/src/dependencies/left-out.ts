/**
 * Production dependencies that nothing of ours uses at run time. Each has its reason; the start of every process from its
 * tree proves that nothing else needs them.
 */
interface LeftOut {
  /** Whose dependency, `*` for everybody's. */
  readonly of: string;
  readonly names: RegExp;
  readonly why: string;
}

const LEFT_OUT: readonly LeftOut[] = [
  { of: '*', names: /^@types\//, why: 'types, which are stripped' },
  {
    of: '@temporalio/worker',
    names: /^(@swc\/core|swc-loader|source-map-loader)$/,
    why: 'they make the bundle of workflow code, which the image has already',
  },
];

export const leftOut = (of: string, dependency: string): boolean =>
  LEFT_OUT.some((entry) => (entry.of === '*' || entry.of === of) && entry.names.test(dependency));
