/** Fills a new array of that many random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

const POOL_BYTES = 1024;
const BYTES_PER_ID = 10;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A generator of UUIDv7 (RFC 9562) whose ids ascend strictly, also within one millisecond and while the clock stands
 * still or runs backwards: the 12 bits after the time count on from a random start, and where they overflow the time
 * moves on by one. Randomness is drawn in pools: one system call for a hundred ids.
 */
export const createUuidV7 = (options: { nowMs: () => number; random: RandomBytes }): (() => string) => {
  let pool = new Uint8Array(0);
  let used = 0;
  let lastMs = -1;
  let counter = 0;
  return () => {
    if (used + BYTES_PER_ID > pool.length) {
      pool = Uint8Array.from(options.random(POOL_BYTES));
      used = 0;
    }
    const bytes = pool.subarray(used, used + BYTES_PER_ID);
    used += BYTES_PER_ID;
    const now = options.nowMs();
    if (now > lastMs) {
      lastMs = now;
      // The top bit stays clear, so that at least 2,048 ids fit before the time has to move.
      counter = (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMs++;
      counter = 0;
    }
    return format(lastMs, counter, bytes);
  };
};

const format = (ms: number, counter: number, bytes: Uint8Array): string => {
  const time = ms.toString(16).padStart(12, '0');
  const variant = 0x80 | ((bytes[2] ?? 0) & 0x3f);
  let tail = '';
  for (let i = 4; i < BYTES_PER_ID; i++) tail += HEX[bytes[i] ?? 0] ?? '';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${HEX[variant]}${HEX[bytes[3] ?? 0]}-${tail}`;
};
