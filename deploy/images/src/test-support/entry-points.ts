/** Conditions under which Node itself follows `exports`, for `import` and for `require`. */
const ALWAYS = ['node', 'module-sync', 'node-addons', 'default'];
const MODES = [
  [...ALWAYS, 'import'],
  [...ALWAYS, 'require'],
];

type Exports = string | null | readonly Exports[] | { readonly [key: string]: Exports };

/** Files by which Node may enter a package, as its manifest names them; patterns are left out. */
export function entryPoints(manifest: { readonly main?: string; readonly exports?: Exports }): string[] {
  const { main = 'index.js', exports } = manifest;
  const named = exports === undefined ? [main] : MODES.flatMap((conditions) => subpaths(exports, conditions));
  return [...new Set(named)].filter((path) => !path.includes('*')).map((path) => path.replace(/^\.\//, ''));
}

function subpaths(exports: Exports, conditions: readonly string[]): string[] {
  const bySubpath =
    exports !== null && typeof exports === 'object' && Object.keys(exports).some((key) => key.startsWith('.'));
  const entries = bySubpath ? Object.values(exports as Readonly<Record<string, Exports>>) : [exports];
  return entries.flatMap((entry) => target(entry, conditions) ?? []);
}

/** The first condition that holds decides, as Node reads them. */
function target(exports: Exports, conditions: readonly string[]): string | undefined {
  if (exports === null || typeof exports === 'string') return exports ?? undefined;
  const candidates = Array.isArray(exports)
    ? (exports as readonly Exports[])
    : Object.entries(exports)
        .filter(([key]) => conditions.includes(key))
        .map(([, value]) => value);
  for (const candidate of candidates) {
    const found = target(candidate, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
