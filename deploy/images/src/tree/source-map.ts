const MARK = '//# sourceMappingURL=data:application/json;';
const BASE64 = 'base64,';

interface SourceMap {
  sources: string[];
  sourcesContent?: unknown;
}

/**
 * Temporal's worker reads the map behind the bundle, for the lines of stack traces. What it does not need goes: the text of
 * every source, and where they stood on the machine that made the bundle.
 */
export function withoutSources(code: string, checkout: string): string {
  const at = code.lastIndexOf(MARK);
  if (at < 0) throw new Error('the bundle of workflow code has no source map, which the worker asks for');
  const encoded = code.slice(code.indexOf(BASE64, at) + BASE64.length).trim();
  const { sourcesContent: _left, ...map } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMap;
  const sources = map.sources.map((source) => source.replace(`${checkout}/`, ''));
  const kept = Buffer.from(JSON.stringify({ ...map, sources })).toString('base64');
  return `${code.slice(0, at)}${MARK}charset=utf-8;${BASE64}${kept}\n`;
}
