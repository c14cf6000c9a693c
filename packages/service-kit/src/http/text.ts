import { NexusError } from '@nexus/contracts';

/**
 * Refuses text that PostgreSQL cannot hold (NUL) or that is no Unicode (lone surrogates): found at the door, it is the
 * client's mistake and not a failing statement inside.
 */
export function assertText(where: string, value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed())
      throw new NexusError('NX-1001', undefined, { errors: [{ path: where.slice(0, 200), message: 'is not text' }] });
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => assertText(`${where}.${index}`, item));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      assertText(where, key);
      assertText(`${where}.${key}`, item);
    }
  }
}
