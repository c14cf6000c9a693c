import { isAscii } from 'node:buffer';
import { lineReader, type LineReader } from '@nexus/journal';

/**
 * Reads lines as `lineReader` does. Most bodies are ASCII, which Node takes as it is; a line at a time, as a text of the
 * whole body would be too large for where V8 keeps what does not live long.
 */
export function quickLines(body: Uint8Array): LineReader {
  if (!isAscii(body) || body.includes(0)) return lineReader(body);
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return (start, end) => buffer.toString('latin1', start, end);
}
