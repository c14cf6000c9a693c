/**
 * Jest's Node environment, made safe for libraries that live half in Node's own realm: Jest gives each test file a
 * context with globals of its own, so an `Error` thrown by Node's `fs` or by a native module would not be
 * `instanceof Error` inside a test. Here the built-in classes recognise their twins of the outer realm.
 */
import { types } from 'node:util';
import { TestEnvironment } from 'jest-environment-node';

const ordinary = Function.prototype[Symbol.hasInstance];

type Recognise = (value: unknown) => boolean;
const isError =
  (name: string): Recognise =>
  (value) => {
    if (!Error.isError(value)) return false;
    for (let proto: unknown = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
      if ((proto as { name?: unknown }).name === name && Object.hasOwn(proto as object, 'name')) return true;
    }
    return false;
  };

const TWINS: Readonly<Record<string, Recognise>> = {
  Error: (value) => Error.isError(value),
  TypeError: isError('TypeError'),
  RangeError: isError('RangeError'),
  SyntaxError: isError('SyntaxError'),
  Array: (value) => Array.isArray(value),
  Date: types.isDate,
  Map: types.isMap,
  Set: types.isSet,
  RegExp: types.isRegExp,
  Promise: types.isPromise,
  Function: (value) => typeof value === 'function',
  Object: (value) => (typeof value === 'object' && value !== null) || typeof value === 'function',
};

export default class NexusEnvironment extends TestEnvironment {
  constructor(...args: ConstructorParameters<typeof TestEnvironment>) {
    super(...args);
    for (const [name, recognise] of Object.entries(TWINS)) {
      const builtIn = (this.global as unknown as Record<string, object>)[name];
      if (builtIn === undefined) continue;
      Object.defineProperty(builtIn, Symbol.hasInstance, {
        configurable: true,
        // Subclasses inherit this static: for them only the prototype chain counts.
        value(this: object, value: unknown): boolean {
          return ordinary.call(this, value) || (this === builtIn && recognise(value));
        },
      });
    }
  }
}
