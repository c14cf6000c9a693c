import { ByteWriter } from '../byte-writer.ts';

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('toJSON' in value);

/**
 * What `JSON.stringify` says of a value, as UTF-8. The elements of lists in it are written one by one: the facts of
 * hundreds of sales as one text of megabytes would be built, flattened, measured and encoded, each time in new memory.
 */
export function jsonBytes(value: object): Buffer {
  const bytes = new ByteWriter();
  if (!isPlainObject(value)) {
    bytes.write(JSON.stringify(value));
    return bytes.whole();
  }
  let before = '{';
  for (const [key, field] of Object.entries(value)) {
    const start = `${before}${JSON.stringify(key)}:`;
    if (Array.isArray(field)) {
      bytes.write(`${start}[`);
      for (let i = 0; i < field.length; i += 1) bytes.write(`${i === 0 ? '' : ','}${elementText(field[i])}`);
      bytes.write(']');
    } else {
      const text = JSON.stringify(field) as string | undefined;
      if (text === undefined) continue; // what JSON has no word for is left out
      bytes.write(`${start}${text}`);
    }
    before = ',';
  }
  bytes.write(before === '{' ? '{}' : '}');
  return bytes.whole();
}

/** Within a list, what JSON has no word for is null. */
const elementText = (element: unknown): string => JSON.stringify(element) ?? 'null';
