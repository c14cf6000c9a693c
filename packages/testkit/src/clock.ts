/** A clock that only a test moves. `now` can be handed on alone: it needs no `this`. */
export interface TestClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;
  readonly set: (instant: string | number) => void;
}

/** Begins at a fixed instant, so that a failure today looks the same tomorrow. */
export function testClock(start: string | number = '2026-03-02T08:00:00Z'): TestClock {
  let at = instant(start);
  return {
    now: () => at,
    advance: (milliseconds) => {
      at += milliseconds;
    },
    set: (to) => {
      at = instant(to);
    },
  };
}

function instant(of: string | number): number {
  const milliseconds = typeof of === 'number' ? of : Date.parse(of);
  if (!Number.isFinite(milliseconds)) throw new RangeError(`not an instant: ${of}`);
  return milliseconds;
}
