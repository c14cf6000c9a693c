import { isDeepStrictEqual } from 'node:util';
import type { Shape, Shapes } from './shapes.ts';

/** Words of a schema that say nothing about which values fit. */
const REMARKS = new Set(['$schema', 'title', 'description', 'examples', 'default']);
const PER_PROPERTY = new Set(['properties', 'required', 'additionalProperties']);

/**
 * What of a shape the version before would not understand, or what it says and this one would not: each at its place. The
 * one change that both sides live with is a property that may be absent, in an object that takes what it does not know.
 * Everything else wants a name of its own: a new version of the event, a new question.
 */
export function differencesOf(before: unknown, now: unknown, place: string): string[] {
  if (Array.isArray(before) && Array.isArray(now) && before.length === now.length)
    return before.flatMap((one, index) => differencesOf(one, now[index], `${place}[${index}]`));
  if (!isShape(before) || !isShape(now)) return isDeepStrictEqual(before, now) ? [] : [`${place} is another`];
  const words = new Set([...Object.keys(before), ...Object.keys(now)]);
  const differences = [...words]
    .filter((word) => !REMARKS.has(word) && !PER_PROPERTY.has(word))
    .flatMap((word) => differencesOf(before[word], now[word], `${place}.${word}`));
  return [...differences, ...differencesOfProperties(before, now, place)];
}

function differencesOfProperties(before: Shape, now: Shape, place: string): string[] {
  const [old, young] = [propertiesOf(before), propertiesOf(now)];
  const [needed, needs] = [requiredOf(before), requiredOf(now)];
  const strict = before['additionalProperties'] === false;
  const differences: string[] = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(young)])) {
    const here = `${place}.${name}`;
    if (!(name in young)) differences.push(`${here} is gone`);
    else if (!(name in old)) {
      if (needs.has(name)) differences.push(`${here} is new and must be there`);
      if (strict) differences.push(`${here} is new, and the version before refuses what it does not know`);
    } else {
      if (needed.has(name) !== needs.has(name))
        differences.push(`${here} ${needs.has(name) ? 'must be there now' : 'may be absent now'}`);
      differences.push(...differencesOf(old[name], young[name], here));
    }
  }
  if (!isDeepStrictEqual(before['additionalProperties'], now['additionalProperties']))
    differences.push(`${place} treats what it does not know otherwise`);
  return differences;
}

/** What two versions side by side would not understand of each other. A shape with a new name is nobody's yet. */
export const misunderstandings = (released: Shapes, now: Shapes): string[] =>
  Object.entries(released).flatMap(([name, shape]) =>
    name in now ? differencesOf(shape, now[name], name) : [`${name} is gone`],
  );

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const propertiesOf = (shape: Shape): Shape => (isShape(shape['properties']) ? shape['properties'] : {});
const requiredOf = (shape: Shape): ReadonlySet<unknown> =>
  new Set(Array.isArray(shape['required']) ? (shape['required'] as unknown[]) : []);
