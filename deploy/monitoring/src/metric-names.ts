import { createMetrics, METRICS } from '@nexus/telemetry';

/** Every series that processes of ours expose: our own table and what Node's library adds. */
export async function exposedNames(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics();
  metrics.collectProcess();
  const ofNode = (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
  const all = [
    ...Object.values(METRICS).map(({ name, kind }) => [name, kind] as const),
    ...[...ofNode].map(([, name = '', kind = '']) => [name, kind] as const),
  ];
  return new Set(all.flatMap(([name, kind]) => seriesOf(name, kind)));
}

const seriesOf = (name: string, kind: string): string[] =>
  kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];

const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'offset',
  'bool',
]);

/** Names of the metrics in an expression: what is neither in braces or quotes, nor a list of labels, nor a function. */
export function namesIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replace(/\boffset\s+\w+/g, '');
  const names = [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name)))];
}
