import { isAscii } from 'node:buffer';
import { decodeText } from '@nexus/journal';

/** What `decodeText` gives. Most bodies are ASCII, which Node takes as it is. */
export function quickText(bytes: Uint8Array): string | null {
  if (!isAscii(bytes) || bytes.includes(0)) return decodeText(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
