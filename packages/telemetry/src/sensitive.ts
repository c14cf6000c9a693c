import { inspect } from 'node:util';

const PLACEHOLDER = '[sensitive]';

/**
 * A secret that refuses to be written down: whatever prints, serialises or clones it finds a placeholder. Only
 * `expose()` gives the value, so that every use of a secret can be found by that word.
 */
export class Sensitive<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The secret itself. Pass it on at once; never keep or print it. */
  expose(): T {
    return this.#value;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [Symbol.toPrimitive](): string {
    return PLACEHOLDER;
  }

  [inspect.custom](): string {
    return PLACEHOLDER;
  }
}
