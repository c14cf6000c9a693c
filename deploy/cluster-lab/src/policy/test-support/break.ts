import type { Manifest } from '../../chart/manifests.ts';

type Tree = Record<string, unknown>;

/** What is done to one object: `path` is dotted, `+` stands for one more element of a list; undefined takes away. */
export interface Break {
  /** `Deployment nexus-sales` */
  readonly object: string;
  /** Empty: the object itself. */
  readonly path: string;
  readonly value?: unknown;
}

/** A copy of rendered manifests with that broken. */
export function broken(manifests: readonly Manifest[], { object, path, value }: Break): Manifest[] {
  const copy = structuredClone([...manifests]);
  const index = copy.findIndex(({ kind, metadata }) => `${kind} ${metadata.name}` === object);
  const found = copy[index];
  if (found === undefined) throw new Error(`there is no ${object} to break`);
  if (path === '') copy.splice(index, 1);
  else change(found, path.split('.'), value);
  return copy;
}

function change(tree: Tree, path: readonly string[], value: unknown): void {
  const [key = '', ...further] = path;
  if (further.length > 0) return change(tree[key] as Tree, further, value);
  if (key === '+') (tree as unknown as unknown[]).push(value);
  else if (value !== undefined) tree[key] = value;
  else if (Array.isArray(tree)) tree.splice(Number(key), 1);
  else Reflect.deleteProperty(tree, key);
}
