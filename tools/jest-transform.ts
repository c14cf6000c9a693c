/** Jest transform for TypeScript: Node's own type stripping, so that tests run exactly what production runs. */
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

const RECIPE = `strip-types/1/${process.version}`;

/** Erases types in place: lines and columns stay, so stack traces need no source map. */
function strip(source: string): { code: string } {
  return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
}

const transformer = {
  canInstrument: false,
  process: strip,
  getCacheKey: (source: string, path: string): string =>
    createHash('sha256').update(RECIPE).update('\0').update(path).update('\0').update(source).digest('hex'),
};
export default transformer;
